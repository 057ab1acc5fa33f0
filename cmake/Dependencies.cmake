# Everything that comes from outside, found once. Each is used by one room only (see CMakeLists.txt).
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(webp REQUIRED IMPORTED_TARGET libwebp)
pkg_check_modules(icu REQUIRED IMPORTED_TARGET icu-uc)
pkg_check_modules(highway REQUIRED IMPORTED_TARGET libhwy)
pkg_check_modules(deflate REQUIRED IMPORTED_TARGET libdeflate)
pkg_check_modules(fontconfig REQUIRED IMPORTED_TARGET fontconfig)
pkg_check_modules(minizip REQUIRED IMPORTED_TARGET minizip)
pkg_check_modules(zlib REQUIRED IMPORTED_TARGET zlib)
find_package(nlohmann_json 3.10 REQUIRED)

# OpenCV's own CMake package pulls in every module; core and imgproc alone keep the start fast (imgcodecs costs 100 ms).
find_path(OPENCV_INCLUDE_DIR opencv2/imgproc.hpp PATH_SUFFIXES opencv4 REQUIRED)
find_library(OPENCV_CORE opencv_core REQUIRED)
find_library(OPENCV_IMGPROC opencv_imgproc REQUIRED)
add_library(attnviz_opencv INTERFACE)
target_include_directories(attnviz_opencv SYSTEM INTERFACE ${OPENCV_INCLUDE_DIR})
target_link_libraries(attnviz_opencv INTERFACE ${OPENCV_IMGPROC} ${OPENCV_CORE})

# Header-only libraries.
find_path(STB_INCLUDE_DIR stb_image.h PATH_SUFFIXES stb REQUIRED)
add_library(attnviz_stb INTERFACE)
target_include_directories(attnviz_stb SYSTEM INTERFACE ${STB_INCLUDE_DIR})
find_path(CLI11_INCLUDE_DIR CLI/CLI.hpp REQUIRED)
add_library(attnviz_cli11 INTERFACE)
target_include_directories(attnviz_cli11 SYSTEM INTERFACE ${CLI11_INCLUDE_DIR})
