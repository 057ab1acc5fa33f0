# The module for video files: libattnviz-video.so, beside the program or in the library folder of its installation. It
# is built where OpenCV's videoio is installed (libopencv-videoio-dev); the program never links to it, it loads it.
find_path(OPENCV_VIDEOIO_INCLUDE_DIR opencv2/videoio.hpp PATH_SUFFIXES opencv4)
find_library(OPENCV_VIDEOIO opencv_videoio)
# So that a later build notices when videoio comes or goes.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${OPENCV_INCLUDE_DIR}/opencv2)

include(GNUInstallDirs)
file(RELATIVE_PATH from_program ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
target_compile_definitions(attnviz_app PRIVATE ATTNVIZ_LIBRARIES_FROM_PROGRAM="${from_program}")

if(OPENCV_VIDEOIO AND OPENCV_VIDEOIO_INCLUDE_DIR)
  add_library(attnviz_video MODULE src/video/module.cpp)
  target_include_directories(attnviz_video PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(attnviz_video PRIVATE attnviz_flags attnviz_opencv ${OPENCV_VIDEOIO})
  set_target_properties(attnviz_video PROPERTIES OUTPUT_NAME attnviz-video)
  add_dependencies(attnviz attnviz_video)  # not linked: only there when the program is
  install(TARGETS attnviz_video LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
else()
  message(STATUS "no OpenCV videoio (libopencv-videoio-dev): 'attnviz video' will read folders of frames only")
endif()
