# layer(NAME USES layer… LINKS library… TEST_LINKS library…)
#   One static library from src/NAME/*.cpp, and NAME_test from src/NAME/*_test.cpp when there are any. The target of a
#   nested folder (services/auth) has the last part of its name.
#   USES are the layers whose headers it may include (tests/house_test.py reads the same lines and holds the code to them);
#   LINKS are third-party libraries, private to the layer.
# program(NAME FOLDER, and the rest as of layer)
#   A layer whose main.cpp becomes the executable NAME; the rest of the folder is a library, so that its tests can link it.

# Tests are compiled more often than they are run, and run in the code of the layers, which is as it ships: they are
# optimised little, and several files are compiled as one (which halves their time), so that a layer's tests share one
# anonymous namespace. `dev` compiles each on its own: the quicker way when one of them is changed often.
set(quick_to_compile $<$<CONFIG:Release>:-Og>)
set(test_files_at_once 6)
set(join_tests ON)
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  set(join_tests OFF)
endif()

# The standard headers, precompiled once for every layer and, with GoogleTest, once for every test: a library and a
# program, because the two differ in how their code may be placed.
add_library(headers_of_layers STATIC ${CMAKE_SOURCE_DIR}/cmake/anchor.cpp)
target_link_libraries(headers_of_layers PRIVATE Threads::Threads)
target_precompile_headers(headers_of_layers PRIVATE ${CMAKE_SOURCE_DIR}/cmake/precompiled.hpp)
add_executable(headers_of_tests ${CMAKE_SOURCE_DIR}/cmake/anchor.cpp)
target_link_libraries(headers_of_tests PRIVATE Threads::Threads GTest::gtest GTest::gtest_main)
target_compile_options(headers_of_tests PRIVATE ${quick_to_compile})
target_precompile_headers(headers_of_tests PRIVATE ${CMAKE_SOURCE_DIR}/cmake/precompiled.hpp <gtest/gtest.h>)

function(layer NAME)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "USES;LINKS;TEST_LINKS")
  set(FOLDER ${CMAKE_SOURCE_DIR}/src/${NAME})
  get_filename_component(TARGET ${NAME} NAME)
  list(TRANSFORM ARG_USES REPLACE ".*/" "")
  file(GLOB SOURCES CONFIGURE_DEPENDS ${FOLDER}/*.cpp)
  set(TESTS ${SOURCES})
  list(FILTER TESTS INCLUDE REGEX "_test\\.cpp$")
  list(FILTER SOURCES EXCLUDE REGEX "_test\\.cpp$|/main\\.cpp$")

  add_library(${TARGET} STATIC ${SOURCES} ${CMAKE_SOURCE_DIR}/cmake/anchor.cpp)
  target_include_directories(${TARGET} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(${TARGET} PUBLIC ${ARG_USES} PRIVATE ${ARG_LINKS} Threads::Threads)
  target_precompile_headers(${TARGET} REUSE_FROM headers_of_layers)

  if(TESTS)
    add_executable(${TARGET}_test ${TESTS})
    target_link_libraries(${TARGET}_test PRIVATE ${TARGET} ${ARG_TEST_LINKS} GTest::gtest GTest::gtest_main)
    target_compile_options(${TARGET}_test PRIVATE ${quick_to_compile})
    target_precompile_headers(${TARGET}_test REUSE_FROM headers_of_tests)
    set_target_properties(${TARGET}_test PROPERTIES UNITY_BUILD ${join_tests} UNITY_BUILD_BATCH_SIZE ${test_files_at_once})
    target_compile_definitions(${TARGET}_test PRIVATE
      VT_TEST_MEDIA="${CMAKE_SOURCE_DIR}/tests/media" VT_BINARIES="${CMAKE_BINARY_DIR}")
    gtest_discover_tests(${TARGET}_test TEST_PREFIX ${TARGET}. DISCOVERY_MODE PRE_TEST PROPERTIES LABELS unit TIMEOUT 600)
  endif()
endfunction()

function(program NAME FOLDER)
  layer(${FOLDER} ${ARGN})
  add_executable(${NAME} ${CMAKE_SOURCE_DIR}/src/${FOLDER}/main.cpp)
  target_link_libraries(${NAME} PRIVATE ${FOLDER})
  # The build folder is a whole installation: programs, lib/ and models/ move together.
  set_target_properties(${NAME} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR} BUILD_RPATH "\$ORIGIN/lib" INSTALL_RPATH "\$ORIGIN/lib"
    BUILD_WITH_INSTALL_RPATH ON)
endfunction()
