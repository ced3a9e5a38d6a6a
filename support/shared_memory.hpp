// Memory that a process shares with copies of itself.
#pragma once

#include <sys/mman.h>

#include <cerrno>
#include <cstddef>
#include <new>
#include <system_error>
#include <type_traits>

namespace vtlcheck::support {

/// `count` objects that copies of this process made from now on see, too. Whoever shares memory with code of unknown
/// quality checks what is read from it.
template <class T>
class SharedMemory {
public:
    static_assert(std::is_trivially_destructible_v<T>);

    /// Throws std::system_error.
    explicit SharedMemory(std::size_t count = 1) : count_(count) {
        void* const memory =
            ::mmap(nullptr, bytes(), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED) {
            throw std::system_error(errno, std::generic_category(), "mmap");
        }
        objects_ = static_cast<T*>(memory);
        for (std::size_t i = 0; i < count; ++i) {
            ::new (objects_ + i) T; // zeroed pages stay untouched where T has nothing to set
        }
    }
    SharedMemory(const SharedMemory&) = delete;
    SharedMemory& operator=(const SharedMemory&) = delete;
    ~SharedMemory() { ::munmap(objects_, bytes()); }

    T& operator[](std::size_t index) { return objects_[index]; }
    T* operator->() { return objects_; }
    T& operator*() { return *objects_; }

private:
    [[nodiscard]] std::size_t bytes() const { return count_ * sizeof(T); }

    std::size_t count_;
    T* objects_ = nullptr;
};

} // namespace vtlcheck::support
