# The program, the shared library with its headers, and the CMake package: find_package(attnviz), attnviz::attnviz.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

add_library(attnviz_library SHARED ${ATTNVIZ_OBJECTS})
target_link_libraries(attnviz_library PRIVATE attnviz_flags ${ATTNVIZ_DEPENDS})
target_include_directories(attnviz_library INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(attnviz_library INTERFACE cxx_std_20)
set_target_properties(attnviz_library PROPERTIES
  OUTPUT_NAME attnviz EXPORT_NAME attnviz LINKER_LANGUAGE CXX
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})

install(TARGETS attnviz RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS attnviz_library EXPORT attnvizTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/attnviz DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY assets/models DESTINATION ${CMAKE_INSTALL_DATADIR}/attnviz)
install(EXPORT attnvizTargets NAMESPACE attnviz:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/attnviz)

file(WRITE ${PROJECT_BINARY_DIR}/attnvizConfig.cmake "include(\"\${CMAKE_CURRENT_LIST_DIR}/attnvizTargets.cmake\")\n")
write_basic_package_version_file(${PROJECT_BINARY_DIR}/attnvizConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/attnvizConfig.cmake ${PROJECT_BINARY_DIR}/attnvizConfigVersion.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/attnviz)
