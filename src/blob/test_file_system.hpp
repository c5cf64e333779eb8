// For tests: a file system in memory that keeps apart what is visible and what is durable. Bytes become durable when
// their file is synced, names when their folder is (a rename, as one step, when either of its folders is). crash()
// forgets the rest, but for what chance lets through: any of the unsynced names, any of the unsynced pages of a file,
// or only its size, as real file systems do. The power can go at the n-th call, the disk has a size, and it can be told
// to forget to sync (a planted fault).
#pragma once
#include <algorithm>
#include <cerrno>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include "blob/file_system.hpp"

namespace blob {

/// Thrown by the call at which the machine is to fall dead: nothing after it happens.
struct PowerCut {};

class TestFileSystem final : public FileSystem {
  public:
    explicit TestFileSystem(const std::filesystem::path& root) {
        nodes_[root_id].is_folder = true;
        std::uint64_t at = root_id;
        for (const auto& name : root.relative_path()) {
            const std::uint64_t made = add_node(true);
            nodes_[at].names[name.string()] = made;
            nodes_[at].durable_names[name.string()] = made;
            at = made;
        }
    }

    // What the test says about the machine.
    std::optional<std::size_t> cut_after_calls;  // the power goes at the call after so many
    std::uint64_t capacity_bytes = std::uint64_t{1} << 40U;
    bool forget_file_syncs = false;    // planted: bytes are never made durable
    bool forget_folder_syncs = false;  // planted: names are never made durable
    std::size_t calls = 0;             // that changed something

    /// Every open File is dead afterwards.
    void crash(std::mt19937_64& chance) {
        for (const Change& change : pending_) {
            if (chance() % 2 == 0) apply(change);
        }
        pending_.clear();
        locks_.clear();
        for (auto& [id, node] : nodes_) {
            node.names = node.durable_names;
            if (node.bytes != node.durable_bytes) settle(node, chance);
        }
    }

    [[nodiscard]] std::uint64_t used_bytes() const {
        std::uint64_t used = 0;
        std::set<std::uint64_t> counted;
        for (const auto& [folder, node] : nodes_) {
            for (const auto& [name, id] : node.names) {
                if (counted.insert(id).second) used += nodes_.at(id).bytes.size();
            }
        }
        return used;
    }

    /// Turns one bit of a file.
    void flip_bit(const std::filesystem::path& path, std::uint64_t bit) {
        auto& byte = nodes_.at(*find(path)).bytes.at(bit / 8);
        byte ^= static_cast<std::byte>(1U << bit % 8);
    }

    base::Result<std::unique_ptr<File>> open(const std::filesystem::path& path, Open mode) override {
        const auto found = find(path);
        if (mode != Open::create) {
            if (!found) return missing(path);
            return std::make_unique<TestFile>(*this, *found, next_opening_++);
        }
        if (found) return base::fail(base::ErrorCode::blob_exists, path.string() + " is there");
        const auto folder = find(path.parent_path());
        if (!folder) return missing(path);
        change();
        const std::uint64_t made = add_node(false);
        record({*folder, path.filename().string(), made, std::nullopt, {}});
        return std::make_unique<TestFile>(*this, made, next_opening_++);
    }

    base::Result<std::unique_ptr<File>> unnamed(const std::filesystem::path&) override {
        return std::make_unique<TestFile>(*this, add_node(false), next_opening_++);
    }

    base::Result<FileId> identify(const std::filesystem::path& path) override {
        const auto found = find(path);
        if (!found) return missing(path);
        return FileId{0, *found};
    }

    base::Result<void> make_folder(const std::filesystem::path& path) override {
        if (find(path)) return {};
        const auto folder = find(path.parent_path());
        if (!folder) return missing(path);
        change();
        record({*folder, path.filename().string(), add_node(true), std::nullopt, {}});
        return {};
    }

    base::Result<void> rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
        const auto moved = find(from);
        const auto source = find(from.parent_path());
        const auto target = find(to.parent_path());
        if (!moved || !target) return missing(from);
        if (const auto there = find(to); there && !nodes_[*there].names.empty()) {
            return base::fail(base::ErrorCode::blob_exists, to.string() + " is there");
        }
        change();
        record({*target, to.filename().string(), moved, source, from.filename().string()});
        return {};
    }

    base::Result<void> remove_file(const std::filesystem::path& path) override {
        const auto found = find(path);
        if (!found) return {};
        if (nodes_[*found].is_folder) return base::fail_errno(base::ErrorCode::blob_failed, path.string(), EISDIR);
        return unname(path);
    }

    base::Result<void> remove_folder(const std::filesystem::path& path) override {
        const auto found = find(path);
        if (!found) return {};
        if (!nodes_[*found].names.empty())
            return base::fail(base::ErrorCode::blob_exists, path.string() + " is not empty");
        return unname(path);
    }

    base::Result<std::vector<std::string>> list(const std::filesystem::path& folder) override {
        const auto found = find(folder);
        if (!found || !nodes_[*found].is_folder) return missing(folder);
        std::vector<std::string> names;
        for (const auto& [name, id] : nodes_[*found].names)
            names.push_back(name);
        return names;
    }

    base::Result<void> sync_folder(const std::filesystem::path& path) override {
        const auto folder = find(path);
        if (!folder) return missing(path);
        change();
        if (forget_folder_syncs) return {};
        std::erase_if(pending_, [&](const Change& pending) {
            if (pending.folder != *folder && pending.old_folder != *folder) return false;
            apply(pending);
            return true;
        });
        return {};
    }

  private:
    struct Node {
        bool is_folder = false;
        std::map<std::string, std::uint64_t> names, durable_names;
        std::vector<std::byte> bytes, durable_bytes;
    };

    // A name that is given (node) or taken (no node); for a rename, also where the node was before.
    struct Change {
        std::uint64_t folder;
        std::string name;
        std::optional<std::uint64_t> node;
        std::optional<std::uint64_t> old_folder;
        std::string old_name;
    };

    struct Lock {
        std::uint64_t node, opening, begin, end;
    };

    class TestFile final : public File {
      public:
        TestFile(TestFileSystem& files, std::uint64_t node, std::uint64_t opening)
            : files_(files), node_(node), opening_(opening) {}
        ~TestFile() override {
            std::erase_if(files_.locks_, [&](const Lock& lock) { return lock.opening == opening_; });
        }
        TestFile(const TestFile&) = delete;
        TestFile& operator=(const TestFile&) = delete;

        [[nodiscard]] FileId id() const override { return {0, node_}; }
        base::Result<std::uint64_t> size() override { return bytes().size(); }
        base::Result<std::size_t> read_at(std::uint64_t offset_bytes, std::span<std::byte> buffer) override {
            const std::uint64_t size = bytes().size();
            const std::uint64_t got =
                offset_bytes >= size ? 0 : std::min<std::uint64_t>(buffer.size(), size - offset_bytes);
            std::copy_n(bytes().begin() + static_cast<std::ptrdiff_t>(offset_bytes), got, buffer.begin());
            return got;
        }
        base::Result<void> write_at(std::uint64_t offset_bytes, std::span<const std::byte> written) override {
            files_.change();
            const std::uint64_t end = offset_bytes + written.size();
            if (end > bytes().size()) {
                if (files_.used_bytes() + end - bytes().size() > files_.capacity_bytes) {
                    return base::fail_errno(base::ErrorCode::blob_failed, "cannot write", ENOSPC);
                }
                bytes().resize(end);
            }
            std::ranges::copy(written, bytes().begin() + static_cast<std::ptrdiff_t>(offset_bytes));
            return {};
        }
        base::Result<void> truncate(std::uint64_t size_bytes) override {
            files_.change();
            bytes().resize(size_bytes);
            return {};
        }
        void discard(std::uint64_t offset_bytes, std::uint64_t size_bytes) override {
            files_.change();
            if (offset_bytes + size_bytes >= bytes().size())
                bytes().resize(std::min<std::uint64_t>(offset_bytes, bytes().size()));
        }
        base::Result<void> sync() override {
            files_.change();
            if (!files_.forget_file_syncs) files_.nodes_[node_].durable_bytes = bytes();
            return {};
        }
        base::Result<bool> try_lock(std::uint64_t offset_bytes, std::uint64_t size_bytes) override {
            const Lock wanted{node_, opening_, offset_bytes, size_bytes == 0 ? UINT64_MAX : offset_bytes + size_bytes};
            for (const Lock& lock : files_.locks_) {
                if (lock.node == node_ && lock.opening != opening_ && lock.begin < wanted.end &&
                    wanted.begin < lock.end) {
                    return false;
                }
            }
            files_.locks_.push_back(wanted);
            return true;
        }
        base::Result<runtime::Descriptor> read_only() override {
            runtime::Descriptor file(memfd_create("blob", MFD_CLOEXEC | MFD_ALLOW_SEALING));
            if (::write(file.number(), bytes().data(), bytes().size()) < 0 || lseek(file.number(), 0, SEEK_SET) != 0) {
                return base::fail_errno(base::ErrorCode::blob_failed, "memfd", errno);
            }
            return file;
        }

      private:
        std::vector<std::byte>& bytes() { return files_.nodes_.at(node_).bytes; }
        TestFileSystem& files_;
        std::uint64_t node_, opening_;
    };

    static constexpr std::uint64_t root_id = 1;

    static std::unexpected<base::Error> missing(const std::filesystem::path& path) {
        return base::fail(base::ErrorCode::blob_not_found, "there is no " + path.string());
    }

    void change() {
        if (cut_after_calls && calls >= *cut_after_calls) throw PowerCut();
        ++calls;
    }

    std::uint64_t add_node(bool is_folder) {
        nodes_[next_node_].is_folder = is_folder;
        return next_node_++;
    }

    std::optional<std::uint64_t> find(const std::filesystem::path& path) const {
        std::uint64_t at = root_id;
        for (const auto& name : path.relative_path()) {
            const auto& names = nodes_.at(at).names;
            const auto entry = names.find(name.string());
            if (entry == names.end()) return std::nullopt;
            at = entry->second;
        }
        return at;
    }

    base::Result<void> unname(const std::filesystem::path& path) {
        change();
        record({*find(path.parent_path()), path.filename().string(), std::nullopt, std::nullopt, {}});
        return {};
    }

    static void change_names(const Change& change, auto&& names_of) {
        if (change.old_folder) names_of(*change.old_folder).erase(change.old_name);
        if (change.node) names_of(change.folder)[change.name] = *change.node;
        if (!change.node) names_of(change.folder).erase(change.name);
    }

    void record(const Change& change) {
        change_names(change, [&](std::uint64_t folder) -> auto& { return nodes_[folder].names; });
        pending_.push_back(change);
    }

    void apply(const Change& change) {
        change_names(change, [&](std::uint64_t folder) -> auto& { return nodes_[folder].durable_names; });
    }

    // Bytes that were synced stay; of those written since, any pages may have got there, or only the new size.
    static void settle(Node& node, std::mt19937_64& chance) {
        constexpr std::size_t page_bytes = 4096;
        const std::uint64_t luck = chance() % 4;
        if (luck != 0) node.durable_bytes.resize(node.bytes.size());
        for (std::size_t begin = 0; luck > 1 && begin < node.bytes.size(); begin += page_bytes) {
            if (luck == 2 && chance() % 2 == 0) continue;
            const auto from = node.bytes.begin() + static_cast<std::ptrdiff_t>(begin);
            const std::size_t size = std::min(page_bytes, node.bytes.size() - begin);
            std::copy_n(from, size, node.durable_bytes.begin() + static_cast<std::ptrdiff_t>(begin));
        }
        node.bytes = node.durable_bytes;
    }

    std::map<std::uint64_t, Node> nodes_;
    std::vector<Change> pending_;
    std::vector<Lock> locks_;
    std::uint64_t next_node_ = root_id + 1;
    std::uint64_t next_opening_ = 1;
};

}  // namespace blob
