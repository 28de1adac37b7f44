// Reading and writing of whole files. Everything here throws Error that names the path.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pgcharter {

/// No manifest, plan or state is larger than that; a bigger file is a mistake (a device, a dump).
inline constexpr std::size_t kMaximalFileSize = std::size_t{1} << 30U;

/// The bytes of a file.
std::string read_file(const std::string& path, std::size_t maximal_size = kMaximalFileSize);

bool is_directory(const std::string& path);

/// The *.yaml and *.yml files below a directory, in the order of their paths. Hidden files and folders are left out.
std::vector<std::string> yaml_files_below(const std::string& directory);

/// Replaces a file as a whole: a reader sees the old or the new text, never a part. The text is written to a new file
/// in the same folder (which follows no symbolic link), brought to disk, and renamed over `path`.
void write_file_atomically(const std::string& path, std::string_view text, unsigned int mode = 0600);

}  // namespace pgcharter
