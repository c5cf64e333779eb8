#include "decode/file_input.hpp"

#include <cerrno>

#include <sys/stat.h>
#include <unistd.h>

extern "C" {
#include <libavformat/avio.h>
#include <libavutil/error.h>
#include <libavutil/mem.h>
}

namespace decode {
namespace {

constexpr int buffer_bytes = 64 * 1024;

ssize_t read_at(int descriptor, void* buffer, std::size_t size, std::int64_t position) {
    ssize_t count = 0;
    do {
        count = pread(descriptor, buffer, size, position);
    } while (count < 0 && errno == EINTR);
    return count;
}

}  // namespace

base::Result<std::unique_ptr<FileInput>> FileInput::open(int descriptor) {
    struct stat status{};
    if (fstat(descriptor, &status) != 0) {
        return base::fail_errno(base::ErrorCode::file_unreadable, "the file cannot be read", errno);
    }
    if (!S_ISREG(status.st_mode)) {
        return base::fail(base::ErrorCode::file_unreadable, "the input is not a regular file; save it to one first");
    }
    if (status.st_size == 0) return base::fail(base::ErrorCode::file_empty, "the file has no bytes; copy it again");
    std::unique_ptr<FileInput> input(new FileInput(descriptor, status.st_size));
    auto* buffer = static_cast<unsigned char*>(av_malloc(buffer_bytes));
    if (buffer != nullptr) {
        input->context_ = avio_alloc_context(buffer, buffer_bytes, 0, input.get(), &read_packet, nullptr, &seek);
    }
    if (input->context_ == nullptr) {
        av_free(buffer);
        return base::fail(base::ErrorCode::decoder_out_of_memory, "there is no memory for a read buffer");
    }
    return input;
}

FileInput::~FileInput() {
    if (context_ != nullptr) av_freep(&context_->buffer);
    avio_context_free(&context_);
}

std::string FileInput::head(std::size_t limit_bytes) const {
    std::string bytes(limit_bytes, '\0');
    const ssize_t count = read_at(descriptor_, bytes.data(), bytes.size(), 0);
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
}

int FileInput::read_packet(void* self, std::uint8_t* buffer, int size) {
    auto& input = *static_cast<FileInput*>(self);
    if (input.position_bytes_ >= input.size_bytes_) return AVERROR_EOF;
    const ssize_t count = read_at(input.descriptor_, buffer, static_cast<std::size_t>(size), input.position_bytes_);
    if (count < 0) {
        if (input.read_fault_ == 0) input.read_fault_ = errno;
        return AVERROR(errno);
    }
    if (count == 0) return AVERROR_EOF;
    input.position_bytes_ += count;
    return static_cast<int>(count);
}

std::int64_t FileInput::seek(void* self, std::int64_t offset, int whence) {
    auto& input = *static_cast<FileInput*>(self);
    whence &= ~AVSEEK_FORCE;
    if (whence == AVSEEK_SIZE) return input.size_bytes_;
    if (whence == SEEK_CUR) offset += input.position_bytes_;
    if (whence == SEEK_END) offset += input.size_bytes_;
    if (offset < 0) return AVERROR(EINVAL);
    if (offset > input.size_bytes_) input.overrun_ = true;
    input.position_bytes_ = offset;
    return offset;
}

}  // namespace decode
