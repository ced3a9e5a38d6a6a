// Writes terms by level: what is used twice is named in the scope after those of all the terms that it needs.
#include "proofs/smtlib.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <unordered_map>

namespace vtlcheck::proofs {

namespace {

class Writer {
public:
    explicit Writer(z3::context& context) : context_(context) {}

    /// Learns of the terms of an assertion. All come before the first is written.
    void add(const z3::expr& assertion) {
        roots_.push_back(visit(assertion));
        ++nodes_[roots_.back()].uses;
    }

    std::string script() {
        place();
        std::string text;
        auto out = std::back_inserter(text);
        for (const std::string& declaration : declarations_) {
            text += declaration;
        }
        for (const std::size_t root : roots_) {
            text += "(assert";
            std::size_t scopes = 0;
            for (const auto& level : levels(root)) {
                text += "\n(let (";
                for (const std::size_t node : level) {
                    fmt::format_to(out, "\n (t{} ", node);
                    write_application(text, node);
                    text += ')';
                }
                text += ")";
                ++scopes;
            }
            text += "\n";
            write(text, root);
            text.append(scopes, ')');
            text += ")\n";
        }
        return text;
    }

private:
    struct Node {
        Z3_app term = nullptr;
        std::vector<std::size_t> arguments;
        unsigned uses = 0;
        unsigned depth = 0;   ///< of what is written in place below it
        unsigned level = 0;   ///< of the scope that it needs at least
        bool named = false;   ///< by a scope
        std::size_t seen = 0; ///< root that asked last, for the walk
    };

    [[nodiscard]] unsigned id(Z3_ast term) const { return Z3_get_ast_id(context_, term); }

    /// Numbers terms after their arguments. Without recursion, since terms are deep.
    std::size_t visit(const z3::expr& root) {
        std::vector<Z3_ast> path{root};
        while (!path.empty()) {
            const Z3_ast term = path.back();
            if (numbers_.contains(id(term))) {
                path.pop_back();
                continue;
            }
            if (const auto kind = Z3_get_ast_kind(context_, term); kind != Z3_APP_AST && kind != Z3_NUMERAL_AST) {
                throw std::logic_error("a query has a term that is no application");
            }
            const Z3_app app = Z3_to_app(context_, term);
            const unsigned count = Z3_get_app_num_args(context_, app);
            const std::size_t waiting = path.size();
            for (unsigned i = count; i-- > 0;) {
                if (const Z3_ast argument = Z3_get_app_arg(context_, app, i); !numbers_.contains(id(argument))) {
                    path.push_back(argument);
                }
            }
            if (path.size() > waiting) {
                continue;
            }
            path.pop_back();
            Node node;
            node.term = app;
            node.arguments.reserve(count);
            for (unsigned i = 0; i < count; ++i) {
                node.arguments.push_back(numbers_.at(id(Z3_get_app_arg(context_, app, i))));
                ++nodes_[node.arguments.back()].uses;
            }
            declare(app, count);
            numbers_.emplace(id(term), nodes_.size());
            nodes_.push_back(std::move(node));
        }
        return numbers_.at(id(root));
    }

    static std::string symbol(const std::string& name) {
        const bool simple = !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
            return std::isalnum(c) != 0 || c == '.' || c == '_' || c == '-' || c == '!';
        });
        return simple && std::isdigit(static_cast<unsigned char>(name[0])) == 0 ? name : fmt::format("|{}|", name);
    }

    [[nodiscard]] std::string sort(Z3_sort sort) const {
        switch (Z3_get_sort_kind(context_, sort)) {
        case Z3_BOOL_SORT:
            return "Bool";
        case Z3_INT_SORT:
            return "Int";
        case Z3_BV_SORT:
            return fmt::format("(_ BitVec {})", Z3_get_bv_sort_size(context_, sort));
        default:
            throw std::logic_error("a query has a term of a sort that is not written");
        }
    }

    [[nodiscard]] std::string name(Z3_func_decl decl) const {
        return Z3_get_symbol_string(context_, Z3_get_decl_name(context_, decl));
    }

    void declare(Z3_app app, unsigned count) {
        const Z3_func_decl decl = Z3_get_app_decl(context_, app);
        if (Z3_get_decl_kind(context_, decl) != Z3_OP_UNINTERPRETED ||
            !heads_.emplace(id(Z3_func_decl_to_ast(context_, decl)), symbol(name(decl))).second) {
            return;
        }
        std::string domain;
        for (unsigned i = 0; i < count; ++i) {
            domain += i == 0 ? "" : " ";
            domain += sort(Z3_get_domain(context_, decl, i));
        }
        declarations_.push_back(
            fmt::format("(declare-fun {} ({}) {})\n", symbol(name(decl)), domain, sort(Z3_get_range(context_, decl))));
    }

    /// Decides what is named, and by which scope.
    void place() {
        constexpr unsigned deepest = 8; // readable, and no burden for the stack of a parser
        for (Node& node : nodes_) {
            for (const std::size_t argument : node.arguments) {
                const Node& below = nodes_[argument];
                node.level = std::max(node.level, below.level + (below.named ? 1U : 0U));
                node.depth = std::max(node.depth, below.named ? 0U : below.depth + 1);
            }
            node.named = !node.arguments.empty() && (node.uses > 1 || node.depth >= deepest);
        }
    }

    /// The named terms below a root by level.
    std::vector<std::vector<std::size_t>> levels(std::size_t root) {
        std::vector<std::vector<std::size_t>> result;
        ++walk_;
        std::vector<std::size_t> path{root};
        while (!path.empty()) {
            const std::size_t number = path.back();
            path.pop_back();
            Node& node = nodes_[number];
            if (node.seen == walk_) {
                continue;
            }
            node.seen = walk_;
            if (node.named) {
                result.resize(std::max<std::size_t>(result.size(), node.level + 1));
                result[node.level].push_back(number);
            }
            path.insert(path.end(), node.arguments.begin(), node.arguments.end());
        }
        for (auto& level : result) {
            std::sort(level.begin(), level.end());
        }
        return result;
    }

    /// What stands before the arguments.
    const std::string& head(Z3_app app) {
        const Z3_func_decl decl = Z3_get_app_decl(context_, app);
        const auto [entry, added] = heads_.try_emplace(id(Z3_func_decl_to_ast(context_, decl)));
        if (added) {
            const unsigned parameters = Z3_get_decl_num_parameters(context_, decl);
            std::string text = Z3_get_decl_kind(context_, decl) == Z3_OP_ITE ? "ite" : name(decl);
            // Z3 keeps parameters of its own with some operators; these are those of the standard.
            const bool indexed = text == "extract" || text == "zero_extend" || text == "sign_extend" ||
                                 text == "repeat" || text == "rotate_left" || text == "rotate_right";
            if (indexed) {
                text = fmt::format("(_ {}", text);
                for (unsigned i = 0; i < parameters; ++i) {
                    text += fmt::format(" {}", Z3_get_decl_int_parameter(context_, decl, i));
                }
                text += ')';
            }
            entry->second = text;
        }
        return entry->second;
    }

    void write_numeral(std::string& text, Z3_app app) const {
        const Z3_ast ast = Z3_app_to_ast(context_, app);
        const Z3_sort of = Z3_get_sort(context_, ast);
        const std::string_view digits = Z3_get_numeral_string(context_, ast);
        if (Z3_get_sort_kind(context_, of) == Z3_BV_SORT) {
            fmt::format_to(std::back_inserter(text), "(_ bv{} {})", digits, Z3_get_bv_sort_size(context_, of));
        } else if (digits.starts_with('-')) {
            fmt::format_to(std::back_inserter(text), "(- {})", digits.substr(1));
        } else {
            text += digits;
        }
    }

    void write(std::string& text, std::size_t number) {
        if (nodes_[number].named) {
            fmt::format_to(std::back_inserter(text), "t{}", number);
        } else {
            write_application(text, number);
        }
    }

    void write_application(std::string& text, std::size_t number) {
        const Node& node = nodes_[number];
        if (Z3_get_ast_kind(context_, Z3_app_to_ast(context_, node.term)) == Z3_NUMERAL_AST) {
            write_numeral(text, node.term);
            return;
        }
        if (node.arguments.empty()) {
            text += head(node.term);
            return;
        }
        text += '(';
        text += head(node.term);
        for (const std::size_t argument : node.arguments) {
            text += ' ';
            write(text, argument);
        }
        text += ')';
    }

    z3::context& context_;
    std::unordered_map<unsigned, std::size_t> numbers_; // by id of a term, which the query keeps alive
    std::unordered_map<unsigned, std::string> heads_;   // by id of a declaration
    std::vector<Node> nodes_;
    std::vector<std::size_t> roots_;
    std::vector<std::string> declarations_;
    std::size_t walk_ = 0;
};

} // namespace

std::string to_smt2(z3::context& context, const Query& query) {
    std::string text = fmt::format("; {}\n", query.name);
    for (const std::string& comment : query.comments) {
        text += fmt::format("; {}\n", comment);
    }
    text += fmt::format("(set-logic {})\n", smt_name(query.logic));
    Writer writer(context);
    for (const z3::expr& assertion : query.assertions) {
        writer.add(assertion);
    }
    text += writer.script();
    text += "(check-sat)\n(exit)\n";
    return text;
}

} // namespace vtlcheck::proofs
