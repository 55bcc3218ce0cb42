#pragma once
// How often this program has asked for memory. Whoever wants to know links allocation_count.cpp, which replaces the
// program's operator new.

#include <cstddef>

namespace kassa {

[[nodiscard]] std::size_t allocation_count() noexcept;

}  // namespace kassa
