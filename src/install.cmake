# find_package(pgcharter) and the program.
get_property(layers GLOBAL PROPERTY PGCHARTER_LAYERS)
install(TARGETS pgcharter RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/pgcharter DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
