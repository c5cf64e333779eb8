// The small files beside a blob, with any content under a hash that is right: they are read as what they are, or not at
// all; and the names of folders and parts mean one thing.
#include <span>
#include <vector>

#include "blob/layout.hpp"
#include "blob/records.hpp"
#include "fuzz/fuzzing.hpp"

namespace {

using fuzz::check;

template <class Record>
void same(const std::optional<Record>& record, const blob::Bytes& bytes) {
    if (record) check(blob::encode(*record) == bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const auto content = std::as_bytes(std::span(data, size));
    blob::Bytes bytes(content.begin(), content.end());
    const blob::Digest hash = blob::digest(content);
    bytes.insert(bytes.end(), hash.begin(), hash.end());
    same(blob::decode_upload(bytes), bytes);
    same(blob::decode_part(bytes), bytes);
    same(blob::decode_index(bytes), bytes);
    const std::string_view text = fuzz::text_of(data, size);
    if (const auto key = blob::key_of_folder(text)) check(blob::folder_name(*key) == text);
    if (const auto number = blob::number_of_part(text)) check(blob::part_name(*number) == text);
    if (blob::check_key(text)) check(blob::key_of_folder(blob::folder_name(text)) == text);
    (void)blob::time_of_id(text);
    return 0;
}
