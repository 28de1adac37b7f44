# The program, the public headers, and what find_package(pgcharter) needs: every layer is a static library of its own,
# so all of them are exported, and pgcharterConfig.cmake finds the libraries that they link.
include(CMakePackageConfigHelpers)

get_property(layers GLOBAL PROPERTY PGCHARTER_LAYERS)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/pgcharter)

install(TARGETS pgcharter RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS ${layers} pgcharter_pgcharter EXPORT pgcharter ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/pgcharter DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(EXPORT pgcharter NAMESPACE pgcharter:: FILE pgcharterTargets.cmake DESTINATION ${package_dir})

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/pgcharterConfig.cmake.in ${CMAKE_BINARY_DIR}/pgcharterConfig.cmake
  INSTALL_DESTINATION ${package_dir})
# Before 1.0 a minor version may change the headers.
write_basic_package_version_file(${CMAKE_BINARY_DIR}/pgcharterConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/pgcharterConfig.cmake ${CMAKE_BINARY_DIR}/pgcharterConfigVersion.cmake DESTINATION ${package_dir})
