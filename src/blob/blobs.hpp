// The port of blob storage: large immutable values under keys, in a folder or in an object store.
//
// A blob is written in parts and becomes visible whole, at once, when its upload is completed: never before every byte
// of it would survive a crash. Nothing appends to a blob or replaces it: keys are fresh. Bytes are kept in chunks of 1
// MiB, each with its SHA-256 (FIPS 180-4), and one over their list; every read checks what it reads, so that a damaged
// chunk is an error (blob_corrupt) and never served.
//
// A key is 1 to 200 bytes of letters, digits, '.', '_', '-' and '/', without empty, "." or ".." segments; a tenant is 1
// to 64 of the same without '/'. Anything else is invalid_argument.
//
// Threads: Blobs may be used from any thread; what it opens belongs to one thread at a time and must not outlive it.
// Any number of processes may use one storage. Calls block for as long as the storage takes. Errors of every call,
// beside its own: blob_failed (the storage does not answer; try again), disk_full.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "base/vault.hpp"
#include "runtime/descriptor.hpp"

namespace blob {

using Time = std::chrono::system_clock::time_point;

inline constexpr std::size_t chunk_size_bytes = std::size_t{1} << 20U;
inline constexpr std::uint64_t smallest_part_bytes = 5 * chunk_size_bytes;
inline constexpr std::uint64_t usual_part_bytes = 8 * chunk_size_bytes;
inline constexpr std::uint64_t largest_part_bytes = 1024 * chunk_size_bytes;
inline constexpr std::uint32_t most_parts = 10'000;

/// Short facts kept with the bytes (a content type, say); at most 8 KiB in all. No personal data: they are not sealed.
using Attributes = std::map<std::string, std::string>;

struct Info {
    std::string key;
    std::uint64_t size_bytes = 0;
    std::string
        content_hash;    // SHA-256 over the list of chunk hashes, hexadecimal: the same stored bytes give the same
    Time created;        // when the upload began
    std::string key_id;  // of the vault's key; empty when the bytes are not sealed
    Attributes attributes;
};

struct Range {
    std::uint64_t offset_bytes = 0;
    std::uint64_t size_bytes = std::numeric_limits<std::uint64_t>::max();  // clipped at the end of the blob
};

/// Fills the front of the buffer and tells how many bytes it gave; 0 is the end. Its errors pass through.
using Source = std::function<base::Result<std::size_t>(std::span<std::byte>)>;

struct Part {
    std::uint32_t number = 0;  // from 1
    std::uint64_t size_bytes = 0;
};

/// An upload that has begun. Letting go of the object leaves the upload as it is, to be continued by its id.
class Upload {
  public:
    virtual ~Upload() = default;
    /// Names the upload for TenantBlobs::resume, in any process.
    [[nodiscard]] virtual const std::string& id() const = 0;
    [[nodiscard]] virtual std::uint64_t part_size_bytes() const = 0;

    /// Takes at most `part_size_bytes` from the source (it reads on until it has them or meets the end) and makes them
    /// part `number`, durable when this returns. Parts may come in any order, from several processes, and a part may be
    /// put again: the last one counts. A part of 0 bytes is no part. When the source or the storage fails, the part is
    /// missing. Errors: those of the source; invalid_argument; blob_busy (another writer has this part in its hands),
    /// blob_not_found (the upload was aborted), blob_exists (it was completed).
    virtual base::Result<Part> part(std::uint32_t number, const Source& source) = 0;

    /// The parts that are durable, in order of their numbers. Errors: blob_not_found (aborted), blob_exists
    /// (completed).
    virtual base::Result<std::vector<Part>> parts() = 0;

    /// Makes the blob visible: durable when this returns. All parts but the last must have the full size, with none
    /// missing; no parts at all give an empty blob. Completing once more (after a crash, say) gives the same answer.
    /// Errors: blob_incomplete, blob_busy, blob_not_found; blob_exists when another upload has made a blob of that key.
    virtual base::Result<Info> complete() = 0;

    /// Forgets the upload and its parts; also when there is nothing any more. Errors: blob_busy; blob_exists when
    /// completed.
    virtual base::Result<void> abort() = 0;
};

/// Bytes of a blob in order, in bounded pieces.
class Reader {
  public:
    virtual ~Reader() = default;
    [[nodiscard]] virtual const Info& info() const = 0;
    /// The next bytes, at most chunk_size_bytes, valid until the next call; empty at the end. Errors: blob_corrupt.
    virtual base::Result<std::span<const std::byte>> next() = 0;
};

struct Listed {
    std::string key;
    Time created;  // the beginning of time when corrupt
    std::uint64_t size_bytes = 0;
    bool corrupt = false;  // its description cannot be read: it is listed so that a sweeper can judge it
};

struct Page {
    std::vector<Listed> blobs;  // by key, ascending
    std::string next;           // give it as `after` for the next page; empty at the end
};

struct ListQuery {
    std::string prefix;
    Time created_before = Time::max();
    std::string after;              // keys greater than this
    std::size_t limit_keys = 1000;  // how many keys to look at
};

/// The blobs of one tenant; lives for one unit of work.
class TenantBlobs {
  public:
    virtual ~TenantBlobs() = default;
    /// `part_size_bytes` is a multiple of chunk_size_bytes from smallest_part_bytes to largest_part_bytes.
    /// Errors: invalid_argument; blob_exists.
    virtual base::Result<std::unique_ptr<Upload>> begin(std::string_view key, const Attributes& attributes,
                                                        std::uint64_t part_size_bytes = usual_part_bytes) = 0;
    /// Continues an upload of this key; one that was completed can be completed again. Errors: blob_not_found.
    virtual base::Result<std::unique_ptr<Upload>> resume(std::string_view key, std::string_view upload_id) = 0;
    /// A small blob at once, whole or not at all; at most usual_part_bytes. Errors: invalid_argument; blob_exists.
    virtual base::Result<Info> put(std::string_view key, const Attributes& attributes,
                                   std::span<const std::byte> bytes) = 0;
    /// Errors: blob_not_found, blob_corrupt (as for all that read).
    virtual base::Result<Info> stat(std::string_view key) = 0;
    /// Errors: also blob_range_invalid, for a range that begins beyond the end.
    virtual base::Result<std::unique_ptr<Reader>> open(std::string_view key, Range range = {}) = 0;
    /// A read-only descriptor at position 0 of the whole plain content, every chunk checked beforehand, for the
    /// sandboxed decoder. It stays good when the blob is removed.
    virtual base::Result<runtime::Descriptor> open_seekable(std::string_view key) = 0;
    /// Absent is success. Readers that are open go on.
    virtual base::Result<void> remove(std::string_view key) = 0;
    /// For the sweeper. Errors: invalid_argument (limit 0).
    virtual base::Result<Page> list(const ListQuery& query) = 0;
};

/// The whole storage.
class Blobs {
  public:
    virtual ~Blobs() = default;
    virtual base::Result<std::unique_ptr<TenantBlobs>> tenant(std::string_view tenant) = 0;
    /// Everybody who may have blobs, for the sweeper; in no order.
    virtual base::Result<std::vector<std::string>> tenants() = 0;
    /// Aborts the uploads of all tenants that nobody has written to since this time, and removes what crashes left.
    /// Gives how many were removed.
    virtual base::Result<std::size_t> sweep(Time unused_since) = 0;
    /// Whether the storage answers (for /readyz).
    virtual base::Result<void> check() = 0;
};

/// Everything the source has, under one key, in parts; the upload is aborted when it fails.
base::Result<Info> write(TenantBlobs& blobs, std::string_view key, const Attributes& attributes, const Source& source);

/// A whole blob of at most `limit_bytes`. Errors: those of open; invalid_argument when it is larger.
base::Result<std::string> read(TenantBlobs& blobs, std::string_view key, std::size_t limit_bytes);

struct Config {
    std::string adapter = "folder";
    std::string location;  // the folder, made when it is missing
};

/// What the adapters are given; it outlives them.
struct Surroundings {
    const base::Clock& clock;
    base::Random& random;
    base::Vault* vault = nullptr;  // none: bytes are kept as they are
};

/// Errors: invalid_argument (unknown adapter, empty location).
base::Result<std::unique_ptr<Blobs>> open_blobs(const Config& config, const Surroundings& surroundings);

}  // namespace blob
