// Memory of a lifted function: regions of cells. A cell is a field, so most accesses are one term; an access that
// is not one cell is cut from the cells below it. There is no array theory: what is stored at an index that is not a
// constant is stored under a condition in every cell it may mean.
#pragma once

#include "lifting/term.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace vtlcheck::lifting {

/// A stretch of a region that is stored as one term.
struct Cell {
    std::uint32_t offset; ///< bytes
    std::uint8_t bytes;   ///< 1 to 16
    std::string name;     ///< path within the region, of named regions only; empty: padding, or not named
    bool boolean = false; ///< a C bool: one of its eight bits is in use
};

/// An object that pointers point into.
struct Region {
    std::string name;
    std::uint64_t size = 0; ///< bytes
    std::uint64_t align = 1;
    bool readable = true;
    bool writable = true;
    bool shared = false;     ///< another VP may write it between two steps; only atomic accesses are
    bool local = false;      ///< of a function: it may hold what was never written, as long as nobody uses it
    std::vector<Cell> cells; ///< without gaps, by offset
    std::vector<std::uint32_t> cell_at; ///< by byte: the cell it is in
};

/// A value of LLVM: bits, and whether it is poison (or was never written). Where it is, the bits mean nothing.
struct Value {
    Term bits;
    Term poison;
    /// Of a value that was loaded and only moved since: which bytes of it are poison, one bit a byte; else constant 0
    /// of one bit. A struct with padding is moved in one register, and its padding was never written.
    Term bytes = {};
};

/// What one cell holds. `poison` has one bit a byte.
struct Contents {
    Term bits;
    Term poison;
    friend bool operator==(const Contents&, const Contents&) = default;
};

/// The regions there are, and their number.
class World {
public:
    explicit World(Terms& terms) : terms_(terms) {}
    /// Adds a region whose cells are set; fills `cell_at`. Returns its number, which is above 0.
    std::uint32_t add(Region region);
    [[nodiscard]] const Region& region(std::uint32_t number) const { return *regions_[number - 1]; }
    [[nodiscard]] std::uint32_t count() const { return static_cast<std::uint32_t>(regions_.size()); }
    /// Number of the region of that name, 0 if there is none.
    [[nodiscard]] std::uint32_t find(std::string_view name) const;
    [[nodiscard]] Terms& terms() const { return terms_; }

private:
    Terms& terms_;
    std::vector<std::unique_ptr<Region>> regions_;
};

/// Contents of all regions at one moment. Copies are cheap: they share what they do not change.
class Memory {
public:
    explicit Memory(const World& world) : world_(&world) {}

    [[nodiscard]] bool holds(std::uint32_t region) const;
    /// Gives a region its contents, by cell.
    void set(std::uint32_t region, const std::vector<Contents>& contents);
    /// Ends the life of a region.
    void drop(std::uint32_t region);
    [[nodiscard]] const Contents& cell(std::uint32_t region, std::uint32_t cell) const;
    void set_cell(std::uint32_t region, std::uint32_t cell, const Contents& contents);

    /// Bytes `offset` to `offset + bytes - 1`, which must be in the region; at most 16.
    [[nodiscard]] Contents read(std::uint32_t region, std::uint64_t offset, unsigned bytes) const;
    /// Writes them where `guard` holds.
    void write(std::uint32_t region, std::uint64_t offset, const Contents& contents, Term guard);

    /// This memory where `guard` holds, else `other`.
    void merge(Term guard, const Memory& other);

private:
    static constexpr std::uint32_t chunk_cells = 32;
    using Chunk = std::array<Contents, chunk_cells>;
    using Chunks = std::vector<std::shared_ptr<Chunk>>;

    const World* world_;
    std::vector<std::shared_ptr<Chunks>> regions_;
};

} // namespace vtlcheck::lifting
