// Regions, cells, and memory that shares what it does not change.
#include "lifting/memory.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace vtlcheck::lifting {

std::uint32_t World::add(Region region) {
    region.cell_at.assign(region.size, 0);
    std::uint64_t next = 0;
    for (std::uint32_t i = 0; i < region.cells.size(); ++i) {
        const Cell& cell = region.cells[i];
        if (cell.offset != next || cell.bytes == 0 || cell.bytes > 16 || next + cell.bytes > region.size) {
            throw std::logic_error("lifting: cells of region " + region.name + " do not tile it");
        }
        std::fill_n(region.cell_at.begin() + static_cast<std::ptrdiff_t>(next), cell.bytes, i);
        next += cell.bytes;
    }
    if (next != region.size) {
        throw std::logic_error("lifting: cells of region " + region.name + " do not tile it");
    }
    regions_.push_back(std::make_unique<Region>(std::move(region)));
    return count();
}

std::uint32_t World::find(std::string_view name) const {
    const auto found = std::ranges::find(regions_, name, [](const auto& r) -> std::string_view { return r->name; });
    return found == regions_.end() ? 0 : static_cast<std::uint32_t>(found - regions_.begin()) + 1;
}

bool Memory::holds(std::uint32_t region) const { return region <= regions_.size() && regions_[region - 1] != nullptr; }

void Memory::set(std::uint32_t region, const std::vector<Contents>& contents) {
    if (regions_.size() < region) {
        regions_.resize(region);
    }
    auto chunks = std::make_shared<Chunks>();
    for (std::size_t first = 0; first < contents.size(); first += chunk_cells) {
        auto chunk = std::make_shared<Chunk>();
        const std::size_t count = std::min<std::size_t>(chunk_cells, contents.size() - first);
        std::copy_n(contents.begin() + static_cast<std::ptrdiff_t>(first), count, chunk->begin());
        chunks->push_back(std::move(chunk));
    }
    regions_[region - 1] = std::move(chunks);
}

void Memory::drop(std::uint32_t region) {
    if (region <= regions_.size()) {
        regions_[region - 1] = nullptr;
    }
}

const Contents& Memory::cell(std::uint32_t region, std::uint32_t cell) const {
    return (*(*regions_[region - 1])[cell / chunk_cells])[cell % chunk_cells];
}

void Memory::set_cell(std::uint32_t region, std::uint32_t cell, const Contents& contents) {
    std::shared_ptr<Chunks>& chunks = regions_[region - 1];
    if ((*(*chunks)[cell / chunk_cells])[cell % chunk_cells] == contents) {
        return;
    }
    if (chunks.use_count() > 1) {
        chunks = std::make_shared<Chunks>(*chunks);
    }
    std::shared_ptr<Chunk>& chunk = (*chunks)[cell / chunk_cells];
    if (chunk.use_count() > 1) {
        chunk = std::make_shared<Chunk>(*chunk);
    }
    (*chunk)[cell % chunk_cells] = contents;
}

Contents Memory::read(std::uint32_t region, std::uint64_t offset, unsigned bytes) const {
    Terms& terms = world_->terms();
    const Region& r = world_->region(region);
    const std::uint32_t first = r.cell_at[offset];
    if (r.cells[first].offset == offset && r.cells[first].bytes == bytes) {
        return cell(region, first);
    }
    Contents all{};
    unsigned done = 0;
    while (done < bytes) {
        const std::uint32_t number = r.cell_at[offset + done];
        const Cell& from = r.cells[number];
        const auto skip = static_cast<unsigned>(offset + done - from.offset);
        const unsigned take = std::min(from.bytes - skip, bytes - done);
        const Contents& contents = cell(region, number);
        const Contents part{terms.extract(contents.bits, 8 * skip, 8 * take),
                            terms.extract(contents.poison, skip, take)};
        all = done == 0 ? part : Contents{terms.concat(part.bits, all.bits), terms.concat(part.poison, all.poison)};
        done += take;
    }
    return all;
}

void Memory::write(std::uint32_t region, std::uint64_t offset, const Contents& contents, Term guard) {
    Terms& terms = world_->terms();
    const Region& r = world_->region(region);
    const unsigned bytes = terms.width(contents.bits) / 8;
    unsigned done = 0;
    while (done < bytes) {
        const std::uint32_t number = r.cell_at[offset + done];
        const Cell& to = r.cells[number];
        const auto skip = static_cast<unsigned>(offset + done - to.offset);
        const unsigned take = std::min(to.bytes - skip, bytes - done);
        const Contents old = cell(region, number);
        Contents fresh{terms.extract(contents.bits, 8 * done, 8 * take), terms.extract(contents.poison, done, take)};
        if (skip > 0) {
            fresh = {terms.concat(fresh.bits, terms.extract(old.bits, 0, 8 * skip)),
                     terms.concat(fresh.poison, terms.extract(old.poison, 0, skip))};
        }
        if (const unsigned above = skip + take; above < to.bytes) {
            fresh = {terms.concat(terms.extract(old.bits, 8 * above, 8 * (to.bytes - above)), fresh.bits),
                     terms.concat(terms.extract(old.poison, above, to.bytes - above), fresh.poison)};
        }
        set_cell(region, number, {terms.ite(guard, fresh.bits, old.bits), terms.ite(guard, fresh.poison, old.poison)});
        done += take;
    }
}

void Memory::merge(Term guard, const Memory& other) {
    Terms& terms = world_->terms();
    if (other.regions_.size() > regions_.size()) {
        regions_.resize(other.regions_.size());
    }
    for (std::size_t region = 0; region < other.regions_.size(); ++region) {
        const std::shared_ptr<Chunks>& theirs = other.regions_[region];
        if (theirs == nullptr || regions_[region] == theirs) {
            continue;
        }
        // What only one of them has is of a block that the other never ran through.
        if (regions_[region] == nullptr) {
            regions_[region] = theirs;
            continue;
        }
        for (std::size_t number = 0; number < theirs->size(); ++number) {
            const std::shared_ptr<Chunk> mine = (*regions_[region])[number];
            const std::shared_ptr<Chunk>& chunk = (*theirs)[number];
            if (mine == chunk) {
                continue;
            }
            for (std::uint32_t i = 0; i < chunk_cells; ++i) {
                const Contents& a = (*mine)[i];
                const Contents& b = (*chunk)[i];
                if (a != b) {
                    set_cell(static_cast<std::uint32_t>(region + 1),
                             static_cast<std::uint32_t>(number * chunk_cells + i),
                             {terms.ite(guard, a.bits, b.bits), terms.ite(guard, a.poison, b.poison)});
                }
            }
        }
    }
}

} // namespace vtlcheck::lifting
