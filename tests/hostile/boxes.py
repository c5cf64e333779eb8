"""The building blocks of containers: QuickTime atoms, EBML elements, RIFF and IFF chunks, Ogg pages, TS packets."""
import struct


def atom(kind, *content):
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def full_atom(kind, *content, flags=0):
    return atom(kind, struct.pack(">I", flags), *content)


def claimed_atom(kind, size, *content):
    """An atom that says another size than it has."""
    return struct.pack(">I4s", size & 0xFFFFFFFF, kind) + b"".join(content)


FTYP = atom(b"ftyp", b"isom\0\0\2\0isommp42")
SAMPLE_RATE = 16000


def sound_entry(channels=1, rate=SAMPLE_RATE, codec=b"sowt", extra=b""):
    body = bytes(6) + struct.pack(">HHHIHHHHI", 1, 0, 0, 0, channels & 0xFFFF, 16, 0, 0, (rate & 0xFFFF) << 16)
    return atom(codec, body, extra)


def mov(tables=None, *, samples=800, dref=None, entry=None, duration=None, edits=b"", extra_tracks=b"", handler=b"soun",
        timescale=SAMPLE_RATE, data=None):
    """A QuickTime file with one PCM track; `tables` replaces single sample tables by name."""
    payload = bytes(samples * 2) if data is None else data
    duration = samples if duration is None else duration
    stbl = {
        b"stsd": full_atom(b"stsd", struct.pack(">I", 1), entry or sound_entry()),
        b"stts": full_atom(b"stts", struct.pack(">III", 1, samples, 1)),
        b"stsc": full_atom(b"stsc", struct.pack(">IIII", 1, 1, samples, 1)),
        b"stsz": full_atom(b"stsz", struct.pack(">II", 2, samples)),
        b"stco": full_atom(b"stco", struct.pack(">II", 1, len(FTYP) + 8)),
    }
    stbl.update(tables or {})
    dref = dref or full_atom(b"dref", struct.pack(">I", 1), full_atom(b"url ", flags=1))
    track = atom(b"trak",
                 full_atom(b"tkhd", struct.pack(">IIIIQ", 0, 0, 1, 0, 0), bytes(60), flags=7), edits,
                 atom(b"mdia",
                      full_atom(b"mdhd", struct.pack(">IIIII", 0, 0, timescale, duration & 0xFFFFFFFF, 0)),
                      full_atom(b"hdlr", b"mhlr", handler, bytes(13)),
                      atom(b"minf", full_atom(b"smhd", bytes(4)), atom(b"dinf", dref), atom(b"stbl", *stbl.values()))))
    header = full_atom(b"mvhd", struct.pack(">IIII", 0, 0, timescale, duration & 0xFFFFFFFF), bytes(80))
    return FTYP + atom(b"mdat", payload) + atom(b"moov", header, track, extra_tracks)


def vint(number, width=8):
    return (number | (1 << (7 * width))).to_bytes(width, "big")


def ebml(identifier, *content, size=None):
    body = b"".join(content)
    return bytes.fromhex(identifier) + vint(len(body) if size is None else size, 8) + body


def number(identifier, value, width=4):
    return ebml(identifier, value.to_bytes(width, "big"))


def real(identifier, value):
    return ebml(identifier, struct.pack(">d", value))


EBML_HEADER = ebml("1A45DFA3", number("4286", 1), number("42F7", 1), number("42F2", 4), number("42F3", 8),
                   ebml("4282", b"matroska"), number("4287", 4), number("4285", 2))


def track_entry(index=1, kind=2, codec=b"A_PCM/INT/LIT", *extra, rate=16000.0, channels=1):
    audio = ebml("E1", real("B5", rate), number("9F", channels), number("6264", 16))
    return ebml("AE", number("D7", index), number("73C5", index), number("83", kind, 1), ebml("86", codec), audio, *extra)


def block(time, payload, track=1):
    return ebml("A3", bytes([0x80 | track]), struct.pack(">hB", time, 0x80), payload)


def mkv(*, tracks=None, clusters=None, info=b"", extra=b"", segment_size=None):
    tracks = track_entry() if tracks is None else tracks
    if clusters is None:
        clusters = ebml("1F43B675", number("E7", 0), *(block(20 * i, bytes(640)) for i in range(50)))
    body = ebml("1549A966", number("2AD7B1", 1000000), info) + ebml("1654AE6B", tracks) + extra + clusters
    return EBML_HEADER + ebml("18538067", body, size=segment_size)


def wav(data=bytes(3200), *, rate=16000, channels=1, bits=16, tag=1, data_size=None, riff_size=None, before_data=b""):
    bytes_a_frame = max(1, channels * bits // 8)
    fmt = struct.pack("<HHIIHH", tag, channels, rate, (rate * bytes_a_frame) & 0xFFFFFFFF, bytes_a_frame & 0xFFFF, bits)
    body = b"WAVE" + b"fmt " + struct.pack("<I", len(fmt)) + fmt + before_data
    body += b"data" + struct.pack("<I", len(data) if data_size is None else data_size) + data
    return b"RIFF" + struct.pack("<I", len(body) if riff_size is None else riff_size) + body


def chunk(kind, content, size=None):
    return kind + struct.pack("<I", len(content) if size is None else size) + content


def _ogg_crc_table():
    table = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = ((value << 1) ^ 0x04C11DB7 if value & 0x80000000 else value << 1) & 0xFFFFFFFF
        table.append(value)
    return table


_OGG_CRC = _ogg_crc_table()


def ogg_page(payload, *, granule=0, serial=1, sequence=0, flags=0):
    lacing = bytes([255] * (len(payload) // 255) + [len(payload) % 255])
    page = bytearray(struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, serial, sequence, 0, len(lacing)) + lacing + payload)
    crc = 0
    for byte in page:
        crc = ((crc << 8) & 0xFFFFFFFF) ^ _OGG_CRC[(crc >> 24) ^ byte]
    page[22:26] = struct.pack("<I", crc)
    return bytes(page)


def opus_head(channels=1, preskip=0, rate=48000):
    return b"OpusHead" + struct.pack("<BBHIhB", 1, channels, preskip, rate, 0, 0)


OPUS_TAGS = b"OpusTags" + struct.pack("<I", 0) + struct.pack("<I", 0)


def _mpeg_crc(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte << 24
        for _ in range(8):
            crc = ((crc << 1) ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
    return struct.pack(">I", crc)


def ts_packet(pid, payload, counter=0, start=True):
    header = struct.pack(">BHB", 0x47, (0x4000 if start else 0) | pid, 0x10 | (counter & 15))
    return (header + payload)[:188].ljust(188, b"\xff")


def ts_section(pid, table, identifier, body):
    length = len(body) + 9
    section = struct.pack(">BHHBBB", table, 0xB000 | length, identifier, 0xC1, 0, 0) + body
    return ts_packet(pid, b"\0" + section + _mpeg_crc(section))


def ts_pat(programs):
    return ts_section(0, 0, 1, b"".join(struct.pack(">HH", number_, 0xE000 | pid) for number_, pid in programs))


def ts_pmt(pid, program, streams):
    body = struct.pack(">HH", 0xE100, 0xF000) + b"".join(struct.pack(">BHH", kind, 0xE000 | p, 0xF000) for kind, p in streams)
    return ts_section(pid, 2, program, body)


def ts_pes(pid, pts, payload, counter=0):
    stamp = struct.pack(">BHH", 0x21 | ((pts >> 29) & 0x0E), ((pts >> 14) & 0xFFFE) | 1, ((pts << 1) & 0xFFFE) | 1)
    return ts_packet(pid, struct.pack(">IHBBB", 0x1C0, 0, 0x80, 0x80, 5) + stamp + payload, counter)
