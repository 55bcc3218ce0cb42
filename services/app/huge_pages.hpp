#pragma once
// Where the heap comes from: large stretches for which the kernel is asked to use huge pages. A session, its products
// and its rules lie far apart, and with pages of 4 KB a good part of an edit's time goes into finding where they are.
// Called once, first of all, by main.

namespace kassa::app {

/// From here on. Without effect where the kernel has no huge pages, or has them switched off.
void take_memory_in_huge_pages();

}  // namespace kassa::app
