#include "services/upload/writer.hpp"

#include <algorithm>
#include <cstring>
#include <tuple>

namespace upload {
namespace {

constexpr auto part_bytes = static_cast<std::int64_t>(blob::usual_part_bytes);

std::int64_t room_needed(const Upload& upload) {
    if (!upload.length_bytes) return part_bytes;
    return std::min(part_bytes, *upload.length_bytes - upload.offset_bytes + upload.tail_bytes);
}

blob::Source source_of(std::string_view bytes) {
    return [bytes](std::span<std::byte> buffer) mutable -> base::Result<std::size_t> {
        const std::size_t size = std::min(buffer.size(), bytes.size());
        std::memcpy(buffer.data(), bytes.data(), size);
        bytes.remove_prefix(size);
        return size;
    };
}

}  // namespace

std::chrono::milliseconds expiry_of(const Settings& settings, const Upload& upload) {
    return upload.recording ? settings.recording_expires : settings.expires;
}

base::Result<std::unique_ptr<Writer>> Writer::open(const Shared& shared, Unit unit, Upload upload, Progress progress) {
    auto room = Room::take(shared, room_needed(upload));
    if (!room) {
        const auto released = in_write(*shared, unit.tenant_id, unit.origin, [&](store::Transaction& transaction) {
            return release_lease(transaction, upload);
        });
        return released ? pass_on(room) : pass_on(released);
    }
    std::unique_ptr<Writer> writer(new Writer(shared, std::move(unit), std::move(upload), progress, *std::move(room)));
    if (auto connected = writer->connect(); !connected) return pass_on(connected);
    return writer;
}

Writer::Writer(const Shared& shared, Unit unit, Upload upload, Progress progress, Room room)
    : shared_(shared),
      unit_(std::move(unit)),
      upload_(std::move(upload)),
      progress_(progress),
      room_(std::move(room)),
      whole_parts_bytes_(upload_.offset_bytes - upload_.tail_bytes),
      held_at_(shared->platform.clock.now()) {}

Writer::~Writer() {
    discard();
}

base::Result<void> Writer::connect() {
    auto blobs = shared_->platform.blobs.tenant(unit_.tenant_id);
    if (!blobs) return pass_on(blobs);
    blobs_ = *std::move(blobs);
    auto parts = blobs_->resume(upload_.blob_key, upload_.blob_upload_id);
    if (!parts) return pass_on(parts);
    parts_ = *std::move(parts);
    if (upload_.tail_key.empty()) return {};
    auto tail = blob::read(*blobs_, upload_.tail_key, blob::usual_part_bytes);
    if (!tail) return pass_on(tail);
    if (static_cast<std::int64_t>(tail->size()) != upload_.tail_bytes)
        return base::fail(base::ErrorCode::blob_corrupt, "the tail of the upload has another size than its row says");
    buffer_ = *std::move(tail);
    return {};
}

std::int64_t Writer::position_bytes() const {
    return whole_parts_bytes_ + static_cast<std::int64_t>(buffer_.size());
}

base::Result<void> Writer::write(std::span<const std::byte> bytes) {
    const std::int64_t limit = upload_.length_bytes.value_or(shared_->settings.largest_bytes);
    if (static_cast<std::int64_t>(bytes.size()) > limit - position_bytes())
        return base::fail(base::ErrorCode::body_too_large,
                          "the body goes beyond the " + std::to_string(limit) + " bytes of the upload");
    if (shared_->platform.clock.now() - held_at_ > shared_->settings.lease / 3) {
        if (auto held = hold(); !held) return held;
    }
    std::string_view rest(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    while (!rest.empty()) {
        const auto space = static_cast<std::size_t>(part_bytes) - buffer_.size();
        buffer_ += rest.substr(0, space);
        rest.remove_prefix(std::min(space, rest.size()));
        if (buffer_.size() < blob::usual_part_bytes) continue;
        if (auto put = put_part(); !put) return put;
        if (progress_ == Progress::at_end) continue;
        if (auto advanced = advance_to(whole_parts_bytes_, "", 0); !advanced) return advanced;
    }
    return {};
}

base::Result<void> Writer::settle(bool ended) {
    if (ended) upload_.length_bytes = position_bytes();
    const bool last = upload_.length_bytes == position_bytes();
    if (last && !buffer_.empty()) {
        if (auto put = put_part(); !put) return put;
    }
    const bool moved = ended || position_bytes() != upload_.offset_bytes;
    if (moved && !buffer_.empty()) {
        if (auto put = put_tail(); !put) return put;
    } else if (moved) {
        if (auto advanced = advance_to(position_bytes(), "", 0); !advanced) return advanced;
    }
    give_back();
    return {};
}

void Writer::discard() {
    give_back();
}

// A lost lease is nothing to give back, and one that cannot be given back ends by itself.
void Writer::give_back() {
    if (!std::exchange(leased_, false)) return;
    std::ignore = in_write(*shared_, unit_.tenant_id, unit_.origin,
                           [&](store::Transaction& transaction) { return release_lease(transaction, upload_); });
}

base::Result<void> Writer::put_part() {
    if (auto held = hold(); !held) return held;
    const auto number = static_cast<std::uint32_t>(whole_parts_bytes_ / part_bytes + 1);
    const auto part = parts_->part(number, source_of(buffer_));
    if (!part) return pass_on(part);
    whole_parts_bytes_ += static_cast<std::int64_t>(buffer_.size());
    buffer_.clear();
    return {};
}

base::Result<void> Writer::put_tail() {
    if (auto held = hold(); !held) return held;
    const std::string key =
        upload_.blob_key + ".tail." + std::to_string(upload_.lease_token) + "." + shared_->platform.ids.next();
    const auto put = blobs_->put(key, {}, std::as_bytes(std::span(buffer_)));
    if (!put) return pass_on(put);
    return advance_to(position_bytes(), key, static_cast<std::int64_t>(buffer_.size()));
}

base::Result<void> Writer::advance_to(std::int64_t offset_bytes, std::string tail_key, std::int64_t tail_bytes) {
    Upload next = upload_;
    next.offset_bytes = offset_bytes;
    next.tail_key = std::move(tail_key);
    next.tail_bytes = tail_bytes;
    const auto written = in_write(*shared_, unit_.tenant_id, unit_.origin, [&](store::Transaction& transaction) {
        return advance(transaction, next, expiry_of(shared_->settings, next));
    });
    if (!written) return written;
    // One that stays behind is erased with the upload's end.
    if (!upload_.tail_key.empty()) std::ignore = blobs_->remove(upload_.tail_key);
    upload_ = std::move(next);
    return {};
}

base::Result<void> Writer::hold() {
    held_at_ = shared_->platform.clock.now();
    return in_write(*shared_, unit_.tenant_id, unit_.origin, [&](store::Transaction& transaction) {
        return hold_lease(transaction, upload_, shared_->settings.lease);
    });
}

}  // namespace upload
