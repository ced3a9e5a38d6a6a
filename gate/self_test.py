"""Tampers with the project on purpose and expects the gate to turn red, with the right message.

Usage: self_test.py BUILD_FOLDER [TEST...]
"""

import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(sys.argv[1]).resolve()
BIN = BUILD / "bin"
VIOLATION, BAD_INPUT, INCONCLUSIVE = 1, 2, 3
FAST = ("--second-solver", "none", "--certifier", "none")  # one solver refutes as well as two


class Gate(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)

    def expect(self, code, message, *command):
        """Runs a command and expects its exit code, and a message among what it says."""
        done = subprocess.run(
            [str(word) for word in command],
            cwd=self.path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        said = done.stdout + done.stderr
        self.assertEqual(done.returncode, code, said)
        self.assertRegex(said, message)
        return said

    def script(self, commands):
        """A program that answers whatever it is asked with `commands`."""
        path = self.path / "solver"
        path.write_text(
            "#!/bin/sh\ncase $1 in --version) echo tampered 1; exit;; esac\n"
            "text=$(cat)\ncase $text in *QF_LIA*) echo unsat; exit;; esac\n" + commands + "\n",
            encoding="utf-8",
        )
        path.chmod(0o700)
        return path

    def prove(self, code, message, *arguments):
        return self.expect(code, message, BIN / "vtlcheck", "prove", "--no-cache", *arguments)

    def test_TamperedModel(self):
        self.expect(VIOLATION, r"MSR-R-35", BIN / "gate_tampered_model")
        self.prove(VIOLATION, r"refuted +VTL-BANKS", "VTL-BANKS", "--of-mutant", "cstar-write-swallowed", *FAST)

    def test_TamperedImplementation(self):
        library = BIN / "libgate_tampered_implementation.so"
        self.expect(VIOLATION, r"MSR-W-51", BIN / "vtlcheck", "conform", "--exits", "200000", "--subject", f"lib:{library}")

    def test_DroppedClause(self):
        self.prove(VIOLATION, r"refuted +TOTAL", "TOTAL", "--of-mutant", "unknown-read-unruled", *FAST)

    def test_ClaimFileLeftOut(self):
        self.expect(VIOLATION, r"no claim, no reason is stated", BIN / "gate_left_out_chapter")

    def test_SolverTimeout(self):
        slow = self.script("echo cvc5 interrupted by timeout.")
        self.prove(INCONCLUSIVE, r"tampered 1 says timeout", "ISOLATE-0", "--second-solver", slow)

    def test_SolverDisagreement(self):
        contrary = self.script("echo sat")
        self.prove(
            INCONCLUSIVE,
            r"the solvers disagree, Z3 \S+ says proved, tampered 1 says refuted",
            "ISOLATE-0",
            "--second-solver",
            contrary,
        )

    def test_ZeroTestProperty(self):
        # ctest says so, whatever name was given to a property that is gone.
        self.expect(
            8, r"No tests were found", "ctest", "--test-dir", BUILD, "--no-tests=error", "-R", "^Campaign.RenamedProperty$"
        )
        self.expect(BAD_INPUT, r"--exits", BIN / "vtlcheck", "conform", "--exits", "0")
        self.assertIn("--no-tests=error", (ROOT / "scripts/test").read_text(encoding="utf-8"))

    def test_UnreachableCell(self):
        self.expect(INCONCLUSIVE, r"not reached: MSR-R-35 vtl0 passthrough-read", BIN / "gate_tampered_cells")

    def test_CorruptedCertificate(self):
        formula = self.path / "formula"
        formula.write_text("p cnf 2 4\n1 2 0\n-1 2 0\n1 -2 0\n-1 -2 0\n", encoding="utf-8")
        proof = self.path / "proof"
        proof.write_text("2 0\n0\n", encoding="utf-8")
        self.expect(0, r"accepted", BIN / "drat_check", formula, proof)
        formula.write_text("p cnf 2 3\n1 2 0\n-1 2 0\n1 -2 0\n", encoding="utf-8")
        self.expect(VIOLATION, r"rejected: proof, line 2", BIN / "drat_check", formula, proof)
        lying = self.script("echo 0; exit 20")
        self.prove(INCONCLUSIVE, r"no certificate", "NO-LOWER-HYPERCALL", "--certifier", lying)

    def test_EditedRatchet(self):
        mutants = [BIN / "vtlcheck", "mutants", "--kind", "class", "--only", "K12:"]
        ratchet = self.path / "ratchet"
        genuine = (ROOT / "mutants/ratchet.txt").read_text(encoding="utf-8")
        ratchet.write_text(genuine, encoding="utf-8")
        self.expect(0, r"conforms", *mutants, "--ratchet", ratchet)
        name = re.search(r"^class (K12:\S+)", self.expect(0, "K12", *mutants, "--list"), re.MULTILINE).group(1)
        ratchet.write_text(genuine + f"survivor class {name} nobody can tell\n", encoding="utf-8")
        self.expect(VIOLATION, r"listed as a survivor, but killed", *mutants, "--ratchet", ratchet)
        ratchet.write_text(genuine + "survivor class K12:no-such-mutant nobody can tell\n", encoding="utf-8")
        self.expect(VIOLATION, r"K12:no-such-mutant", *mutants, "--ratchet", ratchet)


if __name__ == "__main__":
    chosen = [f"Gate.test_{name}" for name in sys.argv[2:]]
    unittest.main(argv=[sys.argv[0], *chosen])
