#include "blob/folder_blobs.hpp"

#include <fstream>

#include <fcntl.h>
#include <sys/stat.h>

#include "base/fakes.hpp"
#include "base/vault.hpp"
#include "blob/blobs_processes_conformance.hpp"
#include "blob/layout.hpp"
#include "blob/test_file_system.hpp"

namespace blob {
namespace {

namespace fs = std::filesystem;

void flip(const fs::path& path, std::uint64_t byte) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(byte));
    const int was = file.get();
    file.seekp(static_cast<std::streamoff>(byte));
    file.put(static_cast<char>(was ^ 1));
}

class FolderUnderTest final : public StorageUnderTest {
  public:
    FolderUnderTest() {
        std::string name = (fs::path(testing::TempDir()) / "blobs-XXXXXX").string();
        folder_ = mkdtemp(name.data());
    }
    ~FolderUnderTest() override { fs::remove_all(folder_); }
    FolderUnderTest(const FolderUnderTest&) = delete;
    FolderUnderTest& operator=(const FolderUnderTest&) = delete;

    std::unique_ptr<Blobs> open(const Surroundings& surroundings) override {
        return open_blobs({"folder", folder_.string()}, surroundings).value();
    }
    void flip_bit(std::string_view tenant, std::string_view key, std::uint64_t byte) override {
        flip(tenant_folders(folder_, tenant).blobs / folder_name(key) / "data", byte);
    }
    void damage_description(std::string_view tenant, std::string_view key) override {
        flip(tenant_folders(folder_, tenant).blobs / folder_name(key) / "index", 20);
    }
    [[nodiscard]] const fs::path& folder() const { return folder_; }

  private:
    fs::path folder_;
};

class MemoryUnderTest final : public StorageUnderTest {
  public:
    std::unique_ptr<Blobs> open(const Surroundings& surroundings) override {
        return open_folder_blobs("/root", surroundings, files_);
    }
    void flip_bit(std::string_view tenant, std::string_view key, std::uint64_t byte) override {
        files_.flip_bit(tenant_folders("/root", tenant).blobs / folder_name(key) / "data", byte * 8);
    }
    void damage_description(std::string_view tenant, std::string_view key) override {
        files_.flip_bit(tenant_folders("/root", tenant).blobs / folder_name(key) / "index", 160);
    }

  private:
    TestFileSystem files_{"/root"};
};

const BlobsCase folder_case{"folder", [] { return std::make_unique<FolderUnderTest>(); }};
const BlobsCase simulated_case{"simulated", [] { return std::make_unique<MemoryUnderTest>(); }};

INSTANTIATE_TEST_SUITE_P(Adapters, BlobsConformance, testing::Values(folder_case, simulated_case), case_name);
INSTANTIATE_TEST_SUITE_P(Adapters, BlobsProcessesConformance, testing::Values(folder_case), case_name);

// A toy that shows what passes it: it turns every bit and remembers which chunk it sealed.
class TurningVault final : public base::Vault {
  public:
    base::Result<std::string> current_key_id(std::string_view tenant) override {
        return "key-of-" + std::string(tenant);
    }
    base::Result<base::Seal> seal(const base::SealedName& name, std::span<std::byte> bytes) override {
        for (std::byte& byte : bytes)
            byte = ~byte;
        return seal_of(name);
    }
    base::Result<void> open(const base::SealedName& name, std::span<std::byte> bytes, const base::Seal& seal) override {
        if (seal != seal_of(name)) return base::fail(ErrorCode::blob_corrupt, "another chunk's seal");
        for (std::byte& byte : bytes)
            byte = ~byte;
        return {};
    }

  private:
    static base::Seal seal_of(const base::SealedName& name) {
        base::Seal seal{};
        const std::string text = std::string(name.place) + "|" + std::to_string(name.number);
        std::ranges::copy_n(std::as_bytes(std::span(text)).begin(),
                            static_cast<std::ptrdiff_t>(std::min(text.size(), seal.size())), seal.begin());
        return seal;
    }
};

class FolderBlobsTest : public testing::Test {
  protected:
    FolderUnderTest storage_;
    base::ManualClock clock_;
    base::SeededRandom random_{7};
    TurningVault vault_;
    std::unique_ptr<Blobs> sealed_ = storage_.open({clock_, random_, &vault_});
    std::unique_ptr<TenantBlobs> tenant_ = sealed_->tenant("acme").value();

    [[nodiscard]] std::string raw(const std::string& key) const {
        std::ifstream file(tenant_folders(storage_.folder(), "acme").blobs / folder_name(key) / "data",
                           std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
};

TEST_F(FolderBlobsTest, SealsEveryChunkWithTheTenantsKey) {
    const std::size_t size = 9 * chunk_size_bytes + 5;
    const std::string content = content_of("a", size);
    ASSERT_EQ(write(*tenant_, "a", {}, source_of(content))->key_id, "key-of-acme");
    EXPECT_TRUE(read(*tenant_, "a", size).value() == content);
    std::string turned = raw("a");
    for (char& letter : turned)
        letter = static_cast<char>(~letter);
    EXPECT_TRUE(turned == content) << "what lies on the disk is sealed";

    const auto file = tenant_->open_seekable("a");
    ASSERT_TRUE(file) << file.error().message;
    std::string plain(size, '\0');
    ASSERT_EQ(pread(file->number(), plain.data(), size, 0), static_cast<ssize_t>(size));
    EXPECT_TRUE(plain == content) << "the decoder gets a plain copy";
    EXPECT_TRUE(fs::is_empty(tenant_folders(storage_.folder(), "acme").trash)) << "without a name";
}

TEST_F(FolderBlobsTest, DoesNotServeSealedBytesWithoutAVault) {
    ASSERT_TRUE(tenant_->put("a", {}, bytes_of("secret")));
    const auto without = storage_.open({clock_, random_});
    const auto same = without->tenant("acme").value();
    EXPECT_EQ(same->open("a").error().code, ErrorCode::blob_failed);
}

TEST_F(FolderBlobsTest, TheDecodersDescriptorCannotWrite) {
    const auto plain = storage_.open({clock_, random_});
    const auto same = plain->tenant("acme").value();
    ASSERT_TRUE(same->put("a", {}, bytes_of("hello")));
    for (const auto& blobs : {same.get(), tenant_.get()}) {
        const auto file = blobs->open_seekable("a").value();
        EXPECT_EQ(fcntl(file.number(), F_GETFL) & O_ACCMODE, O_RDONLY);
        EXPECT_EQ(::write(file.number(), "x", 1), -1);
    }
}

TEST_F(FolderBlobsTest, TellsContentThatWasCutOrLost) {
    ASSERT_TRUE(tenant_->put("a", {}, bytes_of("hello")));
    const fs::path data = tenant_folders(storage_.folder(), "acme").blobs / "a" / "data";
    fs::resize_file(data, 4);
    EXPECT_EQ(tenant_->open("a").error().code, ErrorCode::blob_corrupt);
    fs::remove(data);
    EXPECT_EQ(tenant_->open("a").error().code, ErrorCode::blob_corrupt);
}

TEST_F(FolderBlobsTest, SweepsWhatLiesInTheTrashWhateverItIs) {
    const fs::path trash = tenant_folders(storage_.folder(), "acme").trash;
    fs::create_directory(trash / "half-removed");
    std::ofstream(trash / "half-removed/data") << "x";
    std::ofstream(trash / "a copy") << "x";
    EXPECT_EQ(sealed_->sweep(clock_.utc_now()).value(), 2U);
    EXPECT_TRUE(fs::is_empty(trash));
}

TEST(OpenBlobs, NamesTheAdaptersItHas) {
    const base::ManualClock clock;
    base::SeededRandom random(1);
    const auto unknown = open_blobs({"tape", "x"}, {clock, random});
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(unknown.error().message.find("folder"), std::string::npos);
    EXPECT_EQ(open_blobs({"folder", ""}, {clock, random}).error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(open_blobs({"folder", "/dev/null/x"}, {clock, random}).error().code, ErrorCode::blob_failed);
}

}  // namespace
}  // namespace blob
