#include "mutants/source_mutants.hpp"

#include "mutants/hash.hpp"

#include <clang-c/Index.h>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cctype>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <sstream>
#include <string_view>
#include <tuple>

namespace vtlcheck::mutants {
namespace {

std::string taken(CXString text) {
    const char* const characters = clang_getCString(text);
    std::string copy = characters == nullptr ? "" : characters;
    clang_disposeString(text);
    return copy;
}

std::vector<CXCursor> children_of(CXCursor cursor) {
    std::vector<CXCursor> all;
    clang_visitChildren(
        cursor,
        [](CXCursor child, CXCursor, CXClientData data) {
            static_cast<std::vector<CXCursor>*>(data)->push_back(child);
            return CXChildVisit_Continue;
        },
        &all);
    return all;
}

CXCursorKind kind_of(CXCursor cursor) { return clang_getCursorKind(cursor); }

/// Passes over what the text does not show: conversions.
CXCursor plain(CXCursor cursor) {
    while (kind_of(cursor) == CXCursor_UnexposedExpr) {
        const auto children = children_of(cursor);
        if (children.size() != 1) {
            break;
        }
        cursor = children.front();
    }
    return cursor;
}

bool is_declaration(CXCursor cursor) {
    return kind_of(cursor) == CXCursor_DeclStmt || clang_isDeclaration(kind_of(cursor)) != 0;
}

std::string without_blanks(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (std::isspace(static_cast<unsigned char>(c)) == 0) {
            result += c;
        }
    }
    constexpr std::size_t most = 48;
    if (result.size() > most) {
        result = result.substr(0, most - 2) + "..";
    }
    return result;
}

/// On one line.
std::string folded(std::string_view text) {
    std::string result;
    bool blank = false;
    for (const char c : text) {
        if (std::isspace(static_cast<unsigned char>(c)) != 0) {
            blank = !result.empty();
        } else {
            result += blank ? " " : "";
            result += c;
            blank = false;
        }
    }
    return result;
}

/// The operator that a reader would write by mistake; nothing if there is none.
std::optional<std::pair<std::string_view, std::string_view>> slip_of(std::string_view written) {
    using Pair = std::pair<std::string_view, std::string_view>; // operator, what stands instead
    static const std::map<std::string_view, Pair> slips{
        {"<", {"compare", "<="}},     {"<=", {"compare", "<"}},     {">", {"compare", ">="}},
        {">=", {"compare", ">"}},     {"==", {"compare", "!="}},    {"!=", {"compare", "=="}},
        {"&&", {"logic", "||"}},      {"||", {"logic", "&&"}},      {"+", {"arithmetic", "-"}},
        {"-", {"arithmetic", "+"}},   {"*", {"arithmetic", "+"}},   {"/", {"arithmetic", "*"}},
        {"%", {"arithmetic", "/"}},   {"&", {"bits", "|"}},         {"|", {"bits", "&"}},
        {"^", {"bits", "|"}},         {"<<", {"bits", ">>"}},       {">>", {"bits", "<<"}},
        {"+=", {"arithmetic", "-="}}, {"-=", {"arithmetic", "+="}}, {"*=", {"arithmetic", "+="}},
        {"|=", {"bits", "&="}},       {"&=", {"bits", "|="}},       {"^=", {"bits", "|="}},
        {"<<=", {"bits", ">>="}},     {">>=", {"bits", "<<="}},
    };
    const auto found = slips.find(written);
    return found == slips.end() ? std::nullopt : std::optional(found->second);
}

struct Stretch {
    std::size_t begin = 0;
    std::size_t end = 0;
};

struct Index {
    CXIndex handle = clang_createIndex(0, 0);
    Index() = default;
    Index(const Index&) = delete;
    Index& operator=(const Index&) = delete;
    ~Index() { clang_disposeIndex(handle); }
};

class Finder {
public:
    explicit Finder(const SourceQuery& query) : query_(query), root_(std::filesystem::canonical(query.root)) {}

    void parse(const std::string& source) {
        std::vector<std::string> flags = query_.flags;
        std::vector<const char*> arguments;
        for (const auto& flag : flags) {
            arguments.push_back(flag.c_str());
        }
        files_.clear(); // the same pointers mean other files in another unit
        const std::string path = (root_ / source).string();
        CXTranslationUnit made = nullptr;
        const auto code =
            clang_parseTranslationUnit2(index_.handle, path.c_str(), arguments.data(),
                                        static_cast<int>(arguments.size()), nullptr, 0, CXTranslationUnit_None, &made);
        if (code != CXError_Success) {
            throw SourceError(fmt::format("{}: clang cannot parse it (error {})", source, static_cast<int>(code)));
        }
        const std::unique_ptr<CXTranslationUnitImpl, decltype(&clang_disposeTranslationUnit)> unit(
            made, clang_disposeTranslationUnit);
        for (unsigned i = 0; i < clang_getNumDiagnostics(made); ++i) {
            CXDiagnostic diagnostic = clang_getDiagnostic(made, i);
            const bool fatal = clang_getDiagnosticSeverity(diagnostic) >= CXDiagnostic_Error;
            const auto text = taken(clang_formatDiagnostic(diagnostic, clang_defaultDiagnosticDisplayOptions()));
            clang_disposeDiagnostic(diagnostic);
            if (fatal) {
                throw SourceError(fmt::format("{}: clang does not accept it: {}", source, folded(text)));
            }
        }
        visit_scope(clang_getTranslationUnitCursor(made), "");
        for (const auto& file : in_this_unit_) {
            done_.insert(file);
        }
        in_this_unit_.clear();
    }

    std::vector<SourceMutant> mutants() { return std::move(mutants_); }

private:
    /// The file from the root if the cursor is in one that is to be altered, empty otherwise.
    std::string file_of(CXCursor cursor) {
        CXFile file = nullptr;
        clang_getExpansionLocation(clang_getCursorLocation(cursor), &file, nullptr, nullptr, nullptr);
        if (file == nullptr) {
            return {};
        }
        auto& known = files_[file];
        if (!known) {
            known = "";
            std::error_code error;
            const auto path = std::filesystem::canonical(taken(clang_getFileName(file)), error);
            const auto relative = path.lexically_relative(root_).generic_string();
            if (!error && relative.starts_with(query_.folder + "/")) {
                known = relative;
                texts_.try_emplace(relative, read_source(path));
            }
        }
        // A header is the business of the first source that includes it.
        if (!known->empty() && !done_.contains(*known)) {
            in_this_unit_.insert(*known);
            return *known;
        }
        return {};
    }

    /// Where the cursor's text is; nothing if a macro made any of it.
    static std::optional<Stretch> stretch_of(CXCursor cursor) {
        const CXSourceRange range = clang_getCursorExtent(cursor);
        Stretch stretch;
        const auto place = [](CXSourceLocation location, std::size_t& offset) {
            CXFile file = nullptr;
            CXFile spelled = nullptr;
            unsigned in_expansion = 0;
            unsigned in_spelling = 0;
            clang_getExpansionLocation(location, &file, nullptr, nullptr, &in_expansion);
            clang_getSpellingLocation(location, &spelled, nullptr, nullptr, &in_spelling);
            offset = in_expansion;
            return file != nullptr && clang_File_isEqual(file, spelled) != 0 && in_expansion == in_spelling;
        };
        if (!place(clang_getRangeStart(range), stretch.begin) || !place(clang_getRangeEnd(range), stretch.end) ||
            stretch.begin >= stretch.end) {
            return std::nullopt;
        }
        return stretch;
    }

    [[nodiscard]] std::string_view text(const Stretch& stretch) const {
        return std::string_view(texts_.at(file_)).substr(stretch.begin, stretch.end - stretch.begin);
    }
    std::string text_of(CXCursor cursor) {
        const auto stretch = stretch_of(cursor);
        return stretch ? std::string(text(*stretch)) : "";
    }

    void add(const std::string& operation, const Stretch& at, std::string replacement, std::string_view shown = {}) {
        if (at.end > texts_.at(file_).size() || !seen_.emplace(file_, at.begin, at.end, replacement).second) {
            return;
        }
        const std::string& whole = texts_.at(file_);
        SourceMutant mutant;
        mutant.file = file_;
        mutant.operation = operation;
        mutant.offset = at.begin;
        mutant.length = at.end - at.begin;
        mutant.line = 1 + static_cast<std::size_t>(
                              std::count(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(at.begin), '\n'));
        mutant.name = fmt::format("{}:{}:{}:{}", std::filesystem::path(file_).filename().string(), enclosing_,
                                  operation, without_blanks(shown.empty() ? text(at) : shown));
        const auto line_begin = at.begin == 0 ? 0 : whole.rfind('\n', at.begin - 1) + 1; // npos + 1 is 0
        const auto line_end = std::min(whole.find('\n', at.end), whole.size());
        const auto before = whole.substr(line_begin, at.begin - line_begin);
        const auto after = whole.substr(at.end, line_end - at.end);
        mutant.difference =
            fmt::format("{}:{}: {} -> {}", file_, mutant.line, folded(whole.substr(line_begin, line_end - line_begin)),
                        folded(before + replacement + after));
        mutant.replacement = std::move(replacement);
        mutants_.push_back(std::move(mutant));
    }
    void replace(const std::string& operation, CXCursor cursor, std::string replacement) {
        if (const auto at = stretch_of(cursor)) {
            add(operation, *at, std::move(replacement));
        }
    }

    // ---- declarations ----

    void visit_scope(CXCursor scope, const std::string& outer) {
        for (const CXCursor child : children_of(scope)) {
            const auto kind = kind_of(child);
            const std::string name = taken(clang_getCursorSpelling(child));
            switch (kind) {
            case CXCursor_Namespace:
            case CXCursor_LinkageSpec:
            case CXCursor_UnexposedDecl: // extern "C", and static_assert, which has nothing below that is looked at
                if (kind == CXCursor_Namespace || clang_getCursorKind(scope) != CXCursor_StructDecl) {
                    visit_scope(child, outer);
                }
                continue;
            case CXCursor_StructDecl:
            case CXCursor_ClassDecl:
            case CXCursor_ClassTemplate:
                visit_scope(child, outer + name + "::");
                continue;
            case CXCursor_FunctionDecl:
            case CXCursor_CXXMethod:
            case CXCursor_Constructor:
            case CXCursor_FunctionTemplate:
            case CXCursor_VarDecl:
            case CXCursor_FieldDecl:
                break;
            default:
                continue;
            }
            file_ = file_of(child);
            if (file_.empty()) {
                continue;
            }
            enclosing_ = outer + name;
            if (kind == CXCursor_VarDecl || kind == CXCursor_FieldDecl) {
                visit_variable(child);
            } else {
                for (const CXCursor part : children_of(child)) {
                    if (kind_of(part) == CXCursor_CompoundStmt || clang_isExpression(kind_of(part)) != 0) {
                        visit(part);
                    }
                }
            }
        }
    }

    void visit_variable(CXCursor variable) {
        for (const CXCursor part : children_of(variable)) {
            if (clang_isExpression(kind_of(part)) == 0) {
                continue;
            }
            const CXCursor value = plain(part);
            const auto type = clang_getCanonicalType(clang_getCursorType(variable));
            if (kind_of(value) == CXCursor_InitListExpr && type.kind == CXType_ConstantArray) {
                visit_table(value);
                continue;
            }
            if (type.kind == CXType_Bool) {
                force(value, true, true);
            }
            visit(part);
        }
    }

    // Each row of a table is a place of its own, by its first value.
    void visit_table(CXCursor table) {
        const std::string name = enclosing_;
        for (const CXCursor row : children_of(table)) {
            const auto fields = children_of(plain(row));
            if (kind_of(plain(row)) != CXCursor_InitListExpr || fields.empty()) {
                visit(row);
                continue;
            }
            auto key = text_of(fields.front());
            key = key.substr(key.find('=') == std::string::npos ? 0 : key.find('=') + 1);
            enclosing_ = fmt::format("{}[{}]", name, without_blanks(key.substr(key.rfind(':') + 1)));
            if (const auto at = stretch_of(row)) {
                add("row", {at->begin, behind_comma(at->end)}, "", "row");
            }
            visit(row);
            enclosing_ = name;
        }
    }

    [[nodiscard]] std::size_t behind_comma(std::size_t end) const {
        const std::string& whole = texts_.at(file_);
        std::size_t at = end;
        while (at < whole.size() && std::isspace(static_cast<unsigned char>(whole[at])) != 0) {
            ++at;
        }
        return at < whole.size() && whole[at] == ',' ? at + 1 : end;
    }

    // ---- statements and expressions ----

    /// A truth value that is decided: turned round, or known beforehand.
    void force(CXCursor condition, bool allow_true, bool negate) {
        const auto at = stretch_of(condition);
        if (!at) {
            return;
        }
        const std::string written(text(*at));
        if (kind_of(plain(condition)) == CXCursor_CXXBoolLiteralExpr) {
            return; // the constant's own slip says it
        }
        if (negate) {
            add("negated", *at, "!(" + written + ")");
        }
        if (allow_true) {
            add("always", *at, "true");
        }
        add("never", *at, "false");
    }

    void drop(CXCursor statement) {
        switch (kind_of(plain(statement))) {
        case CXCursor_CallExpr:
        case CXCursor_CompoundAssignOperator:
        case CXCursor_UnaryOperator:
        case CXCursor_BinaryOperator:
            replace("statement", statement, "");
            break;
        case CXCursor_BreakStmt:
        case CXCursor_ContinueStmt:
            replace("statement", statement, "");
            break;
        default:
            break;
        }
    }

    void visit_all(CXCursor cursor) {
        for (const CXCursor child : children_of(cursor)) {
            visit(child);
        }
    }

    void visit(CXCursor cursor) { // NOLINT(misc-no-recursion): a tree
        switch (kind_of(cursor)) {
        case CXCursor_StaticAssert:
        case CXCursor_TypeRef:
        case CXCursor_NamespaceRef:
        case CXCursor_TemplateRef:
        case CXCursor_UnaryExpr: // sizeof
            return;
        case CXCursor_DeclStmt:
            for (const CXCursor child : children_of(cursor)) {
                if (kind_of(child) == CXCursor_VarDecl) {
                    visit_variable(child);
                }
            }
            return;
        case CXCursor_CompoundStmt:
            visit_block(cursor);
            return;
        case CXCursor_IfStmt:
        case CXCursor_WhileStmt:
        case CXCursor_DoStmt:
        case CXCursor_ForStmt:
        case CXCursor_CXXForRangeStmt:
        case CXCursor_ConditionalOperator:
            visit_choice(cursor);
            return;
        case CXCursor_CaseStmt: {
            // Its label is no expression of the program: another one would double a label or be dead.
            const auto children = children_of(cursor);
            if (!children.empty()) {
                drop(children.back());
                visit(children.back());
            }
            return;
        }
        case CXCursor_DefaultStmt:
            for (const CXCursor child : children_of(cursor)) {
                drop(child);
                visit(child);
            }
            return;
        case CXCursor_ReturnStmt:
            for (const CXCursor child : children_of(cursor)) {
                if (clang_getCanonicalType(clang_getCursorType(child)).kind == CXType_Bool) {
                    force(child, true, true);
                }
            }
            break;
        case CXCursor_BinaryOperator:
        case CXCursor_CompoundAssignOperator:
            visit_operator(cursor);
            break;
        case CXCursor_UnaryOperator:
            visit_unary(cursor);
            break;
        case CXCursor_IntegerLiteral:
            visit_number(cursor);
            return;
        case CXCursor_CXXBoolLiteralExpr:
            replace("constant", cursor, text_of(cursor) == "true" ? "false" : "true");
            return;
        case CXCursor_DeclRefExpr:
            visit_name(cursor);
            return;
        case CXCursor_MemberRefExpr:
            visit_member(cursor);
            break;
        case CXCursor_ArraySubscriptExpr:
            visit_subscript(cursor);
            break;
        case CXCursor_CallExpr:
            visit_call(cursor);
            break;
        case CXCursor_InitListExpr:
            visit_fields(cursor);
            break;
        default:
            break;
        }
        visit_all(cursor);
    }

    void visit_block(CXCursor block) { // NOLINT(misc-no-recursion)
        for (const CXCursor child : children_of(block)) {
            drop(child);
            visit(child);
        }
    }

    void visit_choice(CXCursor cursor) { // NOLINT(misc-no-recursion)
        const auto kind = kind_of(cursor);
        const auto children = children_of(cursor);
        std::size_t condition = children.size();
        switch (kind) {
        case CXCursor_IfStmt:
        case CXCursor_WhileStmt:
        case CXCursor_ConditionalOperator:
            condition = 0;
            break;
        case CXCursor_DoStmt:
            condition = 1;
            break;
        case CXCursor_ForStmt:
            condition = children.size() == 4 ? 1 : children.size(); // otherwise it is not known which part is missing
            break;
        default:
            break;
        }
        for (std::size_t i = 0; i < children.size(); ++i) {
            if (i == condition && !is_declaration(children[i])) {
                // What never ends is found by waiting alone, so loops are only cut short or turned round.
                const bool loops = kind != CXCursor_IfStmt && kind != CXCursor_ConditionalOperator;
                force(children[i], !loops, true);
            } else if (kind != CXCursor_ConditionalOperator && (i != 0 || kind != CXCursor_ForStmt)) {
                drop(children[i]);
            }
            if (is_declaration(children[i]) && kind_of(children[i]) == CXCursor_VarDecl) {
                visit_variable(children[i]);
            } else {
                visit(children[i]);
            }
        }
    }

    void visit_operator(CXCursor cursor) {
        const auto sides = children_of(cursor);
        if (sides.size() != 2) {
            return;
        }
        const auto left = stretch_of(sides[0]);
        const auto right = stretch_of(sides[1]);
        const std::string written =
            taken(clang_getBinaryOperatorKindSpelling(clang_getCursorBinaryOperatorKind(cursor)));
        const auto slip = slip_of(written);
        if (!left || !right || !slip || left->end >= right->begin) {
            return;
        }
        const auto found = text({left->end, right->begin}).find(written);
        if (found != std::string_view::npos) {
            const auto at = left->end + found;
            add(std::string(slip->first), {at, at + written.size()}, std::string(slip->second),
                text({left->begin, right->end}));
        }
        if (written == "&&" || written == "||") {
            for (const CXCursor side : sides) {
                // A condition of several is forgotten: that of a chain is below, once.
                const auto at = stretch_of(side);
                const CXCursor inner = plain(side);
                const bool chain =
                    kind_of(inner) == CXCursor_BinaryOperator &&
                    taken(clang_getBinaryOperatorKindSpelling(clang_getCursorBinaryOperatorKind(inner))) == written;
                if (at && !chain) {
                    add(written == "&&" ? "always" : "never", *at, written == "&&" ? "true" : "false");
                }
            }
        }
    }

    void visit_unary(CXCursor cursor) {
        const auto at = stretch_of(cursor);
        const auto operation = clang_getCursorUnaryOperatorKind(cursor);
        if (!at) {
            return;
        }
        const std::string written(text(*at));
        switch (operation) {
        case CXUnaryOperator_LNot:
        case CXUnaryOperator_Not:
        case CXUnaryOperator_Minus:
            add("unary", {at->begin, at->begin + 1}, "", written);
            break;
        case CXUnaryOperator_PreInc:
        case CXUnaryOperator_PreDec:
            add("unary", {at->begin, at->begin + 2}, operation == CXUnaryOperator_PreInc ? "--" : "++", written);
            break;
        case CXUnaryOperator_PostInc:
        case CXUnaryOperator_PostDec:
            add("unary", {at->end - 2, at->end}, operation == CXUnaryOperator_PostInc ? "--" : "++", written);
            break;
        default:
            break;
        }
    }

    void visit_number(CXCursor cursor) {
        const std::string written = text_of(cursor);
        const bool hexadecimal = written.starts_with("0x") || written.starts_with("0X");
        std::string digits;
        std::size_t end = hexadecimal ? 2 : 0;
        for (; end < written.size(); ++end) {
            const auto c = static_cast<unsigned char>(written[end]);
            if (hexadecimal ? std::isxdigit(c) != 0 : std::isdigit(c) != 0) {
                digits += written[end];
            } else if (c != '\'') {
                break;
            }
        }
        if (digits.empty() || digits.size() > 16) {
            return;
        }
        const std::uint64_t value = std::stoull(digits, nullptr, hexadecimal ? 16 : 10);
        const std::string suffix = written.substr(end);
        const auto shown = [&](std::uint64_t number) {
            return hexadecimal ? fmt::format("{:#x}{}", number, suffix) : fmt::format("{}{}", number, suffix);
        };
        replace("constant", cursor, shown(value + 1));
        if (hexadecimal && std::popcount(value) > 1) {
            replace("mask", cursor, shown(value ^ std::bit_floor(value)));
        }
    }

    /// Another one of the same kind: the next in the order of declaration, or the first after the last.
    static std::string next_of(CXCursor declaration, CXCursorKind kind) {
        const auto type = clang_getCanonicalType(clang_getCursorType(declaration));
        std::vector<std::string> alike;
        std::size_t own = 0;
        for (const CXCursor sibling : children_of(clang_getCursorSemanticParent(declaration))) {
            if (kind_of(sibling) != kind) {
                continue;
            }
            if (clang_equalCursors(sibling, declaration) != 0) {
                own = alike.size();
            }
            if (clang_equalTypes(clang_getCanonicalType(clang_getCursorType(sibling)), type) != 0) {
                alike.push_back(taken(clang_getCursorSpelling(sibling)));
            }
        }
        return alike.size() < 2 ? "" : alike[(own + 1) % alike.size()];
    }

    /// Replaces the last word of the cursor's text.
    void replace_word(const std::string& operation, CXCursor cursor, const std::string& word,
                      const std::string& replacement) {
        const auto at = stretch_of(cursor);
        if (!at || replacement.empty() || !text(*at).ends_with(word)) {
            return;
        }
        add(operation, {at->end - word.size(), at->end}, replacement, text(*at));
    }

    void visit_name(CXCursor cursor) {
        const CXCursor declaration = clang_getCursorReferenced(cursor);
        const std::string word = taken(clang_getCursorSpelling(cursor));
        if (kind_of(declaration) == CXCursor_EnumConstantDecl) {
            replace_word("enumerator", cursor, word, next_of(declaration, CXCursor_EnumConstantDecl));
        } else if (kind_of(declaration) == CXCursor_VarDecl) {
            const auto scope = kind_of(clang_getCursorSemanticParent(declaration));
            const auto type = clang_getCanonicalType(clang_getCursorType(declaration));
            const bool integral = type.kind >= CXType_Bool && type.kind <= CXType_Int128;
            if (scope == CXCursor_Namespace && clang_isConstQualifiedType(type) != 0 && integral) {
                replace_word("name", cursor, word, next_of(declaration, CXCursor_VarDecl));
            }
        }
    }

    void visit_member(CXCursor cursor) {
        const CXCursor declaration = clang_getCursorReferenced(cursor);
        if (kind_of(declaration) == CXCursor_FieldDecl) {
            replace_word("field", cursor, taken(clang_getCursorSpelling(cursor)),
                         next_of(declaration, CXCursor_FieldDecl));
        }
    }

    /// Of the two VTLs, the other one.
    void visit_subscript(CXCursor cursor) {
        const auto parts = children_of(cursor);
        if (parts.size() != 2 ||
            clang_getArraySize(clang_getCanonicalType(clang_getCursorType(plain(parts[0])))) != 2 ||
            kind_of(plain(parts[1])) == CXCursor_IntegerLiteral) {
            return;
        }
        if (const auto at = stretch_of(parts[1])) {
            add("index", *at, fmt::format("!({})", text(*at)), text_of(cursor));
        }
    }

    void visit_call(CXCursor cursor) {
        const int count = clang_Cursor_getNumArguments(cursor);
        for (int i = 0; i + 1 < count; ++i) {
            const CXCursor first = clang_Cursor_getArgument(cursor, static_cast<unsigned>(i));
            const CXCursor second = clang_Cursor_getArgument(cursor, static_cast<unsigned>(i + 1));
            const auto a = stretch_of(first);
            const auto b = stretch_of(second);
            if (a && b && a->end < b->begin &&
                clang_equalTypes(clang_getCanonicalType(clang_getCursorType(first)),
                                 clang_getCanonicalType(clang_getCursorType(second))) != 0) {
                add("arguments", {a->begin, b->end}, fmt::format("{}, {}", text(*b), text(*a)));
            }
        }
    }

    /// A designated initialiser that is forgotten.
    void visit_fields(CXCursor list) {
        for (const CXCursor field : children_of(list)) {
            const auto at = stretch_of(field);
            if (at && text(*at).starts_with('.')) {
                add("initialiser", {at->begin, behind_comma(at->end)}, "", text(*at));
            }
        }
    }

    const SourceQuery& query_;
    std::filesystem::path root_;
    Index index_;
    std::map<CXFile, std::optional<std::string>> files_;
    std::map<std::string, std::string> texts_;
    std::set<std::string> done_;
    std::set<std::string> in_this_unit_;
    std::set<std::tuple<std::string, std::size_t, std::size_t, std::string>> seen_;
    std::vector<SourceMutant> mutants_;
    std::string file_;      ///< of the declaration that is visited
    std::string enclosing_; ///< its name
};

} // namespace

std::string read_source(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream) {
        throw SourceError(fmt::format("{}: cannot be read", file.string()));
    }
    return text.str();
}

std::vector<SourceMutant> source_mutants(const SourceQuery& query) {
    std::error_code error;
    if (!std::filesystem::is_directory(query.root / query.folder, error)) {
        throw SourceError(
            fmt::format("{}: there is no such folder; mutants are made of the sources, so the source tree "
                        "has to be where it was built",
                        (query.root / query.folder).string()));
    }
    Finder finder(query);
    for (const auto& source : query.sources) {
        finder.parse(source);
    }
    auto all = finder.mutants();
    std::sort(all.begin(), all.end(), [](const SourceMutant& a, const SourceMutant& b) {
        return std::tie(a.file, a.offset, a.length, a.operation, a.replacement) <
               std::tie(b.file, b.offset, b.length, b.operation, b.replacement);
    });
    std::map<std::string, unsigned> same;
    for (auto& mutant : all) {
        if (const unsigned number = ++same[mutant.name]; number > 1) {
            mutant.name += fmt::format("#{}", number);
        }
    }
    std::erase_if(all, [&](const SourceMutant& mutant) { return !chosen(mutant.name, query.one_in); });
    return all;
}

std::string applied(const SourceMutant& mutant, const std::string& text) {
    if (mutant.offset + mutant.length > text.size()) {
        throw SourceError(fmt::format("{}: changed while its mutants were being made", mutant.file));
    }
    std::string result = text;
    return result.replace(mutant.offset, mutant.length, mutant.replacement);
}

} // namespace vtlcheck::mutants
