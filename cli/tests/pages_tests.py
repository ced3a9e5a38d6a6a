#!/usr/bin/env python3
"""docs/spec is what the tool makes, every link in the documents leads somewhere, and the index names all of them:
pages_tests.py VTLCHECK SOURCE
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

VTLCHECK, SOURCE = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])


def pages_in(folder):
    return {path.name: path.read_text() for path in folder.iterdir()}


def made():
    with tempfile.TemporaryDirectory() as holder:
        subprocess.run([VTLCHECK, "spec", "--out", f"{holder}/new/pages"], check=True, stdout=subprocess.DEVNULL)
        return pages_in(pathlib.Path(holder) / "new/pages")


def stale(committed, right):
    """Names of pages that are not what they should be."""
    return sorted(name for name in committed.keys() | right.keys() if committed.get(name) != right.get(name))


def anchors(text):
    """What a link to the page may name, as GitHub has it."""
    found = set(re.findall(r'<a id="([^"]+)">', text))
    for heading in re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M):
        words = re.sub(r"<[^>]*>|[`*]|\]\([^)]*\)", "", heading).lower()
        found.add(re.sub(r"[^\w\- ]", "", words).strip().replace(" ", "-"))
    return found


def broken_links(path, text):
    bare = re.sub(r"^```.*?^```|`[^`\n]*`", "", text, flags=re.M | re.S)
    for target in re.findall(r"\]\(([^)\s]+)\)", bare):
        file, _, fragment = target.partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        aim = (path.parent / file).resolve() if file else path
        if not aim.exists() or (fragment and fragment not in anchors(aim.read_text())):
            yield f"{path.relative_to(SOURCE)}: {target}"


class Pages(unittest.TestCase):
    def test_the_committed_pages_are_what_the_tool_makes(self):
        self.assertEqual(stale(pages_in(SOURCE / "docs/spec"), made()), [],
                         "mend them with: build/bin/vtlcheck spec --out docs/spec (and remove pages that it does not write)")

    def test_a_page_that_is_changed_missing_or_too_many_is_told(self):
        right = {"a.md": "A", "b.md": "B"}
        self.assertEqual(stale({"a.md": "A, changed", "c.md": ""}, right), ["a.md", "b.md", "c.md"])

    def test_every_clause_and_claim_has_a_place(self):
        pages = pages_in(SOURCE / "docs/spec")
        places = re.findall(r'<a id="([^"]+)">', "".join(pages.values()))
        self.assertEqual(len(places), len(set(places)))
        clauses = json.loads(subprocess.run([VTLCHECK, "spec", "--json"], check=True, capture_output=True).stdout)["clauses"]
        claims = subprocess.run([VTLCHECK, "prove", "--list"], check=True, capture_output=True, text=True).stdout
        for name in [clause["id"] for clause in clauses] + [line.split()[0] for line in claims.splitlines()]:
            self.assertIn(name.lower(), places)

    def test_no_link_of_the_documents_is_broken(self):
        documents = [SOURCE / "README.md", *sorted((SOURCE / "docs").rglob("*.md"))]
        self.assertEqual([link for path in documents for link in broken_links(path, path.read_text())], [])

    def test_the_index_names_every_document(self):
        index = (SOURCE / "docs/README.md").read_text()
        for path in sorted((SOURCE / "docs").iterdir()):
            name = f"{path.name}/README.md" if path.is_dir() else path.name
            self.assertTrue(name == "README.md" or f"]({name})" in index, f"docs/README.md does not name {name}")

    def test_a_broken_link_is_told(self):
        path = SOURCE / "docs/spec/README.md"
        self.assertEqual(len(list(broken_links(path, "[a](nowhere.md) [b](wrmsr.md#nothing) [c](#clauses) [d](https://x)"))), 2)


unittest.main(argv=sys.argv[:1], verbosity=2)
