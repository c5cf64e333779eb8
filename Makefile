# Every target does all the set-up that it needs: on a fresh Debian 12 machine `make run` is enough.
.PHONY: build run test bench bench-engine bench-platform bench-live lint format sanitize fuzz clean
.DEFAULT_GOAL := build

VIDEO ?= samples/talk.mp4
PROGRAM := build/release/video-transcriber
SECONDS_A_FUZZER ?= 60
# The analyzer does not see that Asio gives a coroutine its thread before it first runs, and so doubts every first co_await.
FALSE_FINDING := boost/asio/impl/awaitable.hpp:.*clang-analyzer-core
SOURCES = $(shell git ls-files 'src/*.[ch]pp' 'fuzz/*.[ch]pp' 'tests/*.cpp')

build:
	@scripts/setup && mkdir -p build
	@cmake --preset release >build/configure.log 2>&1 || { cat build/configure.log; exit 1; }
	@cmake --build build/release

run: build
	@VIDEO="$(VIDEO)" ONCE="$(ONCE)" scripts/run

test: build
	@tests/python --version >/dev/null
	@ctest --test-dir build/release --output-on-failure --parallel 2

bench: build
	@bench/run

bench-engine: build
	@bench/engine

bench-platform: build
	@tests/python -B bench/serving.py

bench-live: build
	@tests/python -B bench/live.py

lint:
	@scripts/setup && mkdir -p build
	@clang-format-19 --dry-run --Werror $(SOURCES)
	@cmake --preset lint >build/configure.log 2>&1 || { cat build/configure.log; exit 1; }
	@run-clang-tidy-19 -quiet -p build/lint '/src/(?!.*_test)' >build/lint/tidy.log 2>&1 || \
	  { grep -E ' (error|warning): |terminated by signal' build/lint/tidy.log | grep -v '$(FALSE_FINDING)' | sort -u | grep . && exit 1; \
	    grep -q '$(FALSE_FINDING)' build/lint/tidy.log; }

format:
	@clang-format-19 -i $(SOURCES)

# The unit tests under the address and undefined behaviour sanitizers, then under the thread sanitizer.
sanitize:
	@scripts/setup && mkdir -p build
	@for preset in asan tsan; do \
	  cmake --preset $$preset >build/configure.log 2>&1 || { cat build/configure.log; exit 1; }; \
	  cmake --build build/$$preset || exit 1; \
	  ctest --test-dir build/$$preset --output-on-failure --parallel 2 --label-regex unit || exit 1; \
	done

# Every fuzz target for SECONDS_A_FUZZER seconds; a finding is an error.
fuzz:
	@scripts/setup && mkdir -p build
	@cmake --preset fuzz >build/configure.log 2>&1 || { cat build/configure.log; exit 1; }
	@cmake --build build/fuzz --target fuzzers
	@scripts/fuzz build/fuzz $(SECONDS_A_FUZZER)

clean:
	@rm -rf build
