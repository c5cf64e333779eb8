# layer(NAME USES layer… LINKS library… TEST_LINKS library…)
#   One static library from src/NAME/*.cpp, and NAME_test from src/NAME/*_test.cpp when there are any. The target of a
#   nested folder (services/auth) has the last part of its name.
#   USES are the layers whose headers it may include (tests/house_test.py reads the same lines and holds the code to them);
#   LINKS are third-party libraries, private to the layer.
# program(NAME FOLDER USES layer… LINKS library…)
#   A layer whose main.cpp becomes the executable NAME; the rest of the folder is a library, so that its tests can link it.
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
  target_precompile_headers(${TARGET} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/precompiled.hpp)

  if(TESTS)
    add_executable(${TARGET}_test ${TESTS})
    target_link_libraries(${TARGET}_test PRIVATE ${TARGET} ${ARG_TEST_LINKS} GTest::gtest GTest::gtest_main)
    target_precompile_headers(${TARGET}_test PRIVATE ${CMAKE_SOURCE_DIR}/cmake/precompiled.hpp)
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
