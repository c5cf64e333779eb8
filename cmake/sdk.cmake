# What scripts/setup fetched into the cache folder: the speech SDK and the models.
if(DEFINED ENV{VIDEO_TRANSCRIBER_CACHE})
  set(VT_CACHE $ENV{VIDEO_TRANSCRIBER_CACHE})
elseif(DEFINED ENV{XDG_CACHE_HOME})
  set(VT_CACHE $ENV{XDG_CACHE_HOME}/video-transcriber)
else()
  set(VT_CACHE $ENV{HOME}/.cache/video-transcriber)
endif()

if(NOT EXISTS ${VT_CACHE}/sdk/lib/libsherpa-onnx-c-api.so)
  message(FATAL_ERROR "The speech SDK is not in ${VT_CACHE}: run scripts/setup first (make build does it).")
endif()

add_library(sherpa_onnx SHARED IMPORTED)
set_target_properties(sherpa_onnx PROPERTIES
  IMPORTED_LOCATION ${VT_CACHE}/sdk/lib/libsherpa-onnx-c-api.so
  IMPORTED_LINK_DEPENDENT_LIBRARIES ${VT_CACHE}/sdk/lib/libonnxruntime.so)
target_include_directories(sherpa_onnx SYSTEM INTERFACE ${VT_CACHE}/sdk/include)

find_package(OpenSSL REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(PkgConfig REQUIRED)
pkg_check_modules(FFMPEG REQUIRED IMPORTED_TARGET libavformat libavcodec libswresample libavutil)
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)
find_package(CLI11 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(GTest REQUIRED)
include(GoogleTest)

# The build folder is a whole installation (programs, lib/, models/): hard links where the file system allows, else copies.
function(place FROM TO)
  cmake_path(GET TO PARENT_PATH FOLDER)
  file(MAKE_DIRECTORY ${FOLDER})
  file(REMOVE ${TO})
  file(CREATE_LINK ${FROM} ${TO} COPY_ON_ERROR)
endfunction()

foreach(LIBRARY libsherpa-onnx-c-api.so libonnxruntime.so)
  place(${VT_CACHE}/sdk/lib/${LIBRARY} ${CMAKE_BINARY_DIR}/lib/${LIBRARY})
endforeach()
file(GLOB_RECURSE MODEL_FILES RELATIVE ${VT_CACHE}/models ${VT_CACHE}/models/*)
foreach(MODEL_FILE ${MODEL_FILES})
  place(${VT_CACHE}/models/${MODEL_FILE} ${CMAKE_BINARY_DIR}/models/${MODEL_FILE})
endforeach()
