// Every field of the vocabulary is visited: what is not visited would be merged, compared and printed nowhere.
#include "model/specification.hpp"
#include "model/symbolic.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace vtlcheck::model {
namespace {

/// Over terms every field is one handle, so there is no padding to hide behind: the sizes have to add up exactly.
template <class T, class Visit>
void every_field_is_visited(const T& object, Visit&& visit, bool named_once = true) {
    static_assert(sizeof(Symbolic::Bool) == sizeof(Symbolic::Bv<64>) &&
                  alignof(Symbolic::Bool) <= sizeof(Symbolic::Bool));
    std::size_t visited = 0;
    std::set<const void*> places;
    std::set<std::string> names;
    visit([&](const FieldName& name, const auto& field) {
        visited += sizeof field;
        EXPECT_TRUE(places.insert(&field).second) << name.str() << " is visited twice";
        EXPECT_TRUE(names.insert(name.str()).second || !named_once) << name.str() << " is two fields";
        const auto* const at = reinterpret_cast<const char*>(&field);
        const auto* const begin = reinterpret_cast<const char*>(&object);
        EXPECT_TRUE(at >= begin && at < begin + sizeof object) << name.str() << " is elsewhere";
    });
    EXPECT_EQ(visited, sizeof object);
}

TEST(Vocabulary, EveryFieldIsVisited) {
    z3::context context;
    const Symbolic::Scope scope(context);
    const auto check = [](const auto& object, bool named_once = true) {
        every_field_is_visited(object, [&](auto&& f) { std::decay_t<decltype(object)>::visit(f, object); }, named_once);
    };
    check(Config<Symbolic>{});
    check(PartitionVtl<Symbolic>{});
    check(VtlState<Symbolic>{});
    check(VpShared<Symbolic>{});
    check(Exit<Symbolic>{});
    check(Outcome<Symbolic>{});
    // These two have parts in which names repeat; a State is written with the scope before the name.
    check(World<Symbolic>{}, false);
    check(State<Symbolic>{}, false);
    const Synic<Symbolic> synic;
    every_field_is_visited(synic, [&](auto&& f) { Synic<Symbolic>::visit("", f, synic); });
    std::set<std::string> scoped;
    const State<Symbolic> state;
    State<Symbolic>::visit_scoped(
        [&](const char* part, const FieldName& name, const auto&) {
            EXPECT_TRUE(scoped.insert(std::string(part) + "." + name.str()).second) << part << "." << name.str();
        },
        state);
}

} // namespace
} // namespace vtlcheck::model
