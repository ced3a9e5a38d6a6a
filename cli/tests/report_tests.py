"""The report as its readers meet it, in a browser: report_tests.py VTLCHECK CHROMIUM [FOLDER]. Files stay in FOLDER."""

import copy
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from browser import Browser  # noqa: E402

TOOL, CHROMIUM = os.path.abspath(sys.argv[1]), sys.argv[2]
FOLDER = sys.argv[3] if len(sys.argv) > 3 else tempfile.mkdtemp(prefix="vtlcheck-report-")
CHECKS = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "page_checks.js"), encoding="utf-8").read()
SECTIONS = [
    "summary", "claims", "coverage", "log-budget", "mutants", "counterexamples", "trusted-base", "versions",
]  # fmt: skip
PARTS = ["not-claimed", "random-exits", "recordings", "msr-space", "privileges"]


def path(name):
    return os.path.join(FOLDER, name)


def run(*arguments):
    return subprocess.run([TOOL, *arguments], cwd=FOLDER, capture_output=True, text=True, timeout=300, check=False)


def red(results):
    """The same run, had everything gone wrong and every optional part been there."""
    results = copy.deepcopy(results)
    claim = results["prove"]["claims"][0]
    claim["status"] = results["prove"]["verdict"] = "refuted"
    claim["reason"] = "obligation <one> & \"only\" is refuted"
    claim["counterexample"] = dict(
        claim["witness"], obligation=claim["obligations"][0]["name"], replayed_on_implementation="agrees: <as specified>"
    )
    for obligation in claim["obligations"]:
        obligation["formula"] = "premise: a & b\nconclusion: c < d\n" + "x" * 5000
        obligation["certificate"] = {"checked": True, "clauses": 1234, "proof_steps": 567, "ms": 8, "note": "note <1>"}
        obligation["answers"] = [
            {"solver": "Z3 1", "result": "proved", "reason": "", "ms": 0.2, "cached": True},
            {"solver": "cvc5 2", "result": "timeout", "reason": "1 s", "ms": 1000},
        ]
    claim["mutants"][0].update(killed=False, reason="no counterexample")
    results["prove"]["claims"][1]["status"] = "unknown"
    conform = results["conform"]
    conform["verdict"] = "violation"
    missing = next(iter(conform["cells"]))
    for cell in list(conform["cells"])[::3]:
        conform["cells"][cell] = 0
    conform["cells_missing"] = [missing]
    conform["failure"] = {
        "clause": "MSR-W-38", "exit": 2, "exits": 2, "minimal": True, "replays": 9,
        "trace": "vtlcheck-trace 2\n# Divergence <here>\nvp0 vtl0 rdmsr 0x10\nvp0 vtl0 wrmsr 0xc0000082 0x1\n",
        "differences": [{"scope": "outcome", "field": "rip", "expected": "0x1002", "observed": "0x1000"}],
    }  # fmt: skip
    replay = results["replay"][0]
    replay["verdict"] = "violation"
    replay["divergence"] = {
        "line": 7, "clause": "MSR-R-40", "exit": "vp0 vtl0 rdmsr 0x1d9",
        "differences": conform["failure"]["differences"],
    }  # fmt: skip
    results["replay"][1].update(verdict="violation", unmet_expectations=1, unmet=["file:1: rip: 1, 2"])
    results["flood"]["verdict"] = "violation"
    results["flood"]["budget"]["faults"] = ["a line too many"]
    results["flood"]["picture"] = "there is no <gnuplot>"
    results["mutants"] = [
        {
            "kind": "specification", "killed": 1, "invalid": 0, "equivalent": 4,
            "survivors": [{"name": "guard-of-X", "reason": "equal"}, {"name": "guard-of-Y", "reason": ""}],
        },
        {"kind": "implementation", "killed": 2, "invalid": 1, "equivalent": 0, "survivors": []},
    ]  # fmt: skip
    return results


class Report(unittest.TestCase):
    """One run of a few claims; the page of it, and one of what it might have been."""

    @classmethod
    def setUpClass(cls):
        cls.ran = run(
            "report", "--claims", "ONE", "NO-LOWER-HYPERCALL", "UNKNOWN-READ", "LOG-TIGHT", "--exits", "200000",
            "--results", "results.json", "--output", "green.html",
        )  # fmt: skip
        with open(path("results.json"), encoding="utf-8") as stream:
            cls.results = json.load(stream)
        with open(path("red.json"), "w", encoding="utf-8") as stream:
            json.dump(red(cls.results), stream)
        cls.red = run("report", "--from", "red.json", "-o", "red.html")
        cls.browser = Browser(CHROMIUM)

    @classmethod
    def tearDownClass(cls):
        cls.browser.__exit__()
        if len(sys.argv) <= 3:
            shutil.rmtree(FOLDER, ignore_errors=True)

    def both(self):
        return ((path("green.html"), self.results), (path("red.html"), red(self.results)))

    def count(self, selector):
        return self.browser.evaluate(f"document.querySelectorAll({json.dumps(selector)}).length")

    def test_part_of_the_book_is_inconclusive(self):
        self.assertEqual(self.ran.returncode, 3, self.ran.stdout + self.ran.stderr)
        self.assertEqual(self.results["verdict"], "inconclusive")
        self.assertEqual(self.red.returncode, 1, self.red.stdout + self.red.stderr)

    def test_the_page_can_be_made_again(self):
        again = run("report", "--from", "results.json", "--output", "again.html")
        self.assertEqual(again.returncode, 3, again.stderr)
        with open(path("green.html"), "rb") as first, open(path("again.html"), "rb") as second:
            self.assertTrue(first.read() == second.read(), "another page of the same results")

    def test_bad_results_are_refused_in_one_line(self):
        broken = {key: value for key, value in self.results.items() if key != "flood"}
        with open(path("broken.json"), "w", encoding="utf-8") as stream:
            json.dump(broken, stream)
        with open(path("other.json"), "w", encoding="utf-8") as stream:
            stream.write("{}")
        for name, part in (("broken.json", "not whole"), ("other.json", "no results"), ("nowhere.json", "nowhere.json"),
                           (".", "cannot read")):  # fmt: skip
            refused = run("report", "--from", name, "-o", "refused.html")
            self.assertEqual(refused.returncode, 2, refused.stderr)
            self.assertIn(part, refused.stderr)
            self.assertEqual(refused.stderr.count("\n"), 1, refused.stderr)
            self.assertFalse(os.path.exists(path("refused.html")))
        for arguments, part in ((("--from", "results.json", "--exits", "5"), "--exits"),
                                (("--claims", "NO-SUCH"), "NO-SUCH"),
                                (("--results", "x.html", "-o", "x.html"), "name two files")):  # fmt: skip
            refused = run("report", *arguments)
            self.assertEqual(refused.returncode, 2, refused.stderr)
            self.assertIn(part, refused.stderr)
            self.assertEqual(refused.stderr.count("\n"), 1, refused.stderr)

    def test_pages_have_no_fault_at_any_width_in_any_scheme(self):
        for page, _ in self.both():
            for scheme in ("light", "dark"):
                for width in (1200, 400, 320):
                    with self.subTest(page=page, scheme=scheme, width=width):
                        self.browser.show(page, width=width, scheme=scheme)
                        self.assertEqual(self.browser.evaluate(f"({CHECKS})('{scheme}')"), [])
                        self.assertEqual(self.browser.complaints(), [])

    def test_checks_find_faults(self):
        """A check that nothing can fail checks nothing."""
        with open(path("green.html"), encoding="utf-8") as stream:
            page = stream.read()
        faults = (
            ('<html lang="en">', "<html>", "no language"),
            ('<section id="claims"', '<section id="coverage"', "id twice"),
            ('href="#claims"', 'href="#nowhere"', "link to nothing"),
            ("<h3 id", "<h5 id", "skips a level"),
            ("<caption>The log budget by site</caption>", "", "without caption"),
            (' scope="row"', "", "head without scope"),
            (' alt="Two', ' alt="" title="Two', "image without text"),
            ("<desc", "<metadata", "svg without description"),
            (' id="msr-map-title"', "", "named by what is not there"),
            ("<label>Text", "<label>Text</label>", "field without label"),
            ("--soft: #525c6b", "--soft: #999999", "contrast"),
            ("overflow-x: auto", "overflow-x: visible", "wider than the window"),
            ("</main>", '<img src="http://127.0.0.1/x.png" alt="x"></main>', "reference to the outside"),
            ("</main>", '<a href="other.html">other</a></main>', "leaves the page"),
            ("</main>", '<p onclick="x()">x</p></main>', "handler in an attribute"),
            ("</style>", "p { background: url(x.png) }</style>", "style that loads"),
        )
        for before, after, problem in faults:
            with self.subTest(problem=problem):
                self.assertIn(before, page)
                with open(path("faulty.html"), "w", encoding="utf-8") as stream:
                    stream.write(page.replace(before, after))
                self.browser.show(path("faulty.html"), width=400)
                self.assertIn(problem, "\n".join(self.browser.evaluate(f"({CHECKS})('light')")))
        for after in ('<img src="http://127.0.0.1/x.png" alt="x"></main>', "<script>x = 1</script></main>"):
            with open(path("faulty.html"), "w", encoding="utf-8") as stream:
                stream.write(page.replace("</main>", after))
            self.browser.show(path("faulty.html"))
            self.assertNotEqual(self.browser.complaints(), [], after)

    def test_page_says_what_the_results_say(self):
        for page, results in self.both():
            self.browser.show(page)
            sections = self.browser.evaluate("Array.from(document.querySelectorAll('main > section'), s => s.id)")
            self.assertEqual(sections, SECTIONS)
            for part in PARTS:
                self.assertEqual(self.count(f"section section#{part}"), 1, part)
            claims = results["prove"]["claims"]
            self.assertEqual(self.count("details.claim"), len(claims))
            for claim in claims:
                rows = sum(
                    len(obligation["answers"])
                    for obligation in claim["obligations"]
                )
                rows += sum("certificate" in obligation for obligation in claim["obligations"])
                rows += len(claim["mutants"])
                self.assertEqual(self.count(f"#claim-{claim['id']} tbody tr"), rows, claim["id"])
                self.assertGreater(self.count(f"#claim-{claim['id']} ol.trace, #claim-{claim['id']} pre"), 0)
                statement = f"document.querySelector('#claim-{claim['id']} .statement').textContent"
                self.assertEqual(self.browser.evaluate(statement), claim["statement"])
            self.assertEqual(self.count("#recordings > .wide tbody tr"), len(results["replay"]))
            specification = results["specification"]
            self.assertEqual(self.count("#msr-space details tbody tr"), specification["msr_rows"])
            self.assertEqual(self.count("#privileges details tbody tr"), specification["register_rows"])
            self.assertEqual(self.count("#random-exits details table tbody tr"), specification["clauses"])
            self.assertGreaterEqual(self.count("#msr-space svg rect title"), specification["msr_rows"] - 1)
            self.assertEqual(self.count("#versions tbody tr"), len(results["versions"]))
            verdict = "inconclusive" if page.endswith("green.html") else "violation"
            self.assertIn(verdict, self.browser.evaluate("document.querySelector('.verdict').textContent"))
        text = self.browser.evaluate("document.querySelector('#counterexamples').textContent")
        for part in ("MSR-W-38", "MSR-R-40", "0x1002", "agrees: <as specified>", "file:1: rip", "a line too many"):
            self.assertIn(part, text)
        self.assertEqual(self.count("#divergence ol.trace li"), 2)
        mutants = self.browser.evaluate("document.querySelector('#mutants').textContent")
        self.assertIn("nobody has said", mutants)
        self.assertIn("33.3 %", mutants)
        self.assertGreater(self.count("#msr-space rect.unreached"), 0)

    def test_filter_and_links_work(self):
        self.browser.show(path("red.html"))
        self.assertFalse(self.browser.evaluate("document.querySelector('#filter').hidden"))
        self.browser.evaluate(
            "(() => { const s = document.querySelector('#filter-status'); s.value = 'refuted';"
            " s.dispatchEvent(new Event('change')); })()"
        )
        self.assertEqual(self.count("details.claim:not([hidden])"), 1)
        self.assertIn("1 of", self.browser.evaluate("document.querySelector('#filter-count').textContent"))
        claim = self.results["prove"]["claims"][2]["id"]
        self.browser.evaluate(f"location.hash = 'claim-{claim}'")
        self.browser.evaluate("new Promise(resolve => setTimeout(resolve, 100))")
        self.assertTrue(self.browser.evaluate(f"document.getElementById('claim-{claim}').open"))

    def test_page_works_without_its_script(self):
        self.browser.call("Emulation.setScriptExecutionDisabled", value=True)
        try:
            self.browser.show(path("green.html"))
        finally:
            self.browser.call("Emulation.setScriptExecutionDisabled", value=False)
        self.assertTrue(self.browser.evaluate("document.querySelector('#filter').hidden"))
        self.assertEqual(self.count("details.claim:not([hidden])"), len(self.results["prove"]["claims"]))

    def test_keyboard_reaches_all_and_is_never_held(self):
        self.browser.show(path("green.html"))
        self.browser.press("Tab", 9)
        self.assertEqual(self.browser.evaluate("document.activeElement.className"), "skip")
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        self.assertNotEqual(self.browser.evaluate(outline), "none")
        reached = set()
        index = (
            "(() => { const node = document.activeElement; return node === document.body ? -1"
            " : Array.from(document.querySelectorAll('*')).indexOf(node); })()"
        )
        for _ in range(2000):
            self.browser.press("Tab", 9)
            focus = self.browser.evaluate(index)
            if focus == -1 or focus in reached:
                break
            reached.add(focus)
        for selector in ("#filter-text", "#filter-status", "nav a", "details.claim > summary", "#privileges > .wide"):
            first = f"Array.from(document.querySelectorAll('*')).indexOf(document.querySelector('{selector}'))"
            self.assertIn(self.browser.evaluate(first), reached, selector)
        # The last of the page was reached, so nothing held the focus.
        last = (
            "Array.from(document.querySelectorAll('*')).indexOf(Array.from("
            "document.querySelectorAll('main summary, main .wide')).filter(node => node.checkVisibility()).pop())"
        )
        self.assertIn(self.browser.evaluate(last), reached)

    def test_paper_shows_what_is_shut(self):
        self.browser.show(path("green.html"), width=703, media="print")  # A4 less its margins
        height = "document.querySelector('details.claim table').getBoundingClientRect().height"
        self.assertGreater(self.browser.evaluate(height), 0)
        self.assertEqual(self.browser.evaluate("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)")
        cut = (
            "Array.from(document.querySelectorAll('.wide, pre, svg, img')).filter(node => node.scrollWidth >"
            " node.clientWidth || node.getBoundingClientRect().right > innerWidth).map(node => node.textContent"
            ".trim().slice(0, 60))"
        )
        self.assertEqual(self.browser.evaluate(cut), [])
        pdf = self.browser.call("Page.printToPDF", transferMode="ReturnAsBase64", preferCSSPageSize=True)
        self.assertGreater(len(pdf["data"]), 100_000)

    def test_page_is_small(self):
        self.assertLess(os.path.getsize(path("green.html")), 1_500_000)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
