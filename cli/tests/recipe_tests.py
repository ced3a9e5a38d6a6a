#!/usr/bin/env python3
"""The recipes of docs/ci, run as their services would: recipe_tests.py VTLCHECK SOURCE RECIPE

RECIPE is github, parallel, slurm or kubernetes. Whatever the service gives (matrix entries, variables) is given here.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import yaml

VTLCHECK, SOURCE = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
RECIPES = SOURCE / "docs/ci"
WRONG = f"cmd:{sys.executable} {SOURCE / 'conformance/tests/subjects/minimal.py'}"
EXITS = "2000000"


def run(command, folder, **variables):
    environment = {**os.environ, "PATH": f"{VTLCHECK.parent}:{os.environ['PATH']}", **variables}
    return subprocess.run(command, cwd=folder, env=environment, text=True, capture_output=True, check=False)


def github(folder, subject, exits, lost):
    workflow = yaml.safe_load((RECIPES / "github-workflow.yml").read_text())
    shards = workflow["jobs"]["conform"]["strategy"]["matrix"]["shard"]
    variables = {"SUBJECT": subject, "EXITS": exits, "SEED": "1"}
    assert variables.keys() == workflow["env"].keys()

    def step(job, name, **values):
        (found,) = [step for step in workflow["jobs"][job]["steps"] if step.get("name") == name]
        script = re.sub(r"\$\{\{ ([a-z.-]+) \}\}", lambda match: values[match[1]], found["run"])
        return run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script], folder, **variables)

    for shard in shards:
        result = step("conform", "Run a shard", **{"matrix.shard": str(shard), "strategy.job-total": str(len(shards))})
        assert result.returncode == 0, result.stderr
    if lost:
        (folder / f"shard-{shards[-1]}.json").unlink()
    return step("verdict", "Merge")


def parallel(folder, subject, exits, lost):
    arguments = ["results", "3", "--exits", exits, "--subject", subject]
    if lost:  # what no shard can run leaves no result
        arguments += ["--shrink-budget", "no number"]
    return run([RECIPES / "parallel.sh", *arguments], folder)


def slurm(folder, subject, exits, lost):
    for task in range(1, 4 - lost):
        run([RECIPES / "slurm-shard.sh", "results", "--exits", exits, "--subject", subject], folder,
            SLURM_ARRAY_TASK_ID=str(task), SLURM_ARRAY_TASK_COUNT="3", SLURM_CPUS_PER_TASK="1")
    (merge,) = re.findall(r"--wait --wrap '(.*)'", (RECIPES / "README.md").read_text())
    return run(["sh", "-c", merge], folder)


def kubernetes(folder, subject, exits, lost):
    def container(name):
        job = yaml.safe_load((RECIPES / name).read_text())
        assert (job["apiVersion"], job["kind"]) == ("batch/v1", "Job")
        (found,) = job["spec"]["template"]["spec"]["containers"]
        given = {variable["name"]: variable["value"] for variable in found["env"]}
        return job["spec"], found["command"] + found["args"], given

    spec, command, given = container("kubernetes-shards.yaml")
    assert spec["completionMode"] == "Indexed" and given["SHARDS"] == str(spec["completions"]), given
    given.update(SUBJECT=subject, EXITS=exits, RESULTS=str(folder), SHARDS="3")
    for index in range(3 - lost):
        result = run(command, folder, JOB_COMPLETION_INDEX=str(index), **given)
        assert result.returncode == 0, result.stderr
    refused = run(command, folder, JOB_COMPLETION_INDEX="7", **given)
    assert refused.returncode == 2, refused.returncode
    (folder / "shard-8.json").unlink()
    _, command, given = container("kubernetes-verdict.yaml")
    return run(command, folder, **{**given, "RESULTS": str(folder)})


class Recipe(unittest.TestCase):
    recipe = None

    def setUp(self):
        self.holder = tempfile.TemporaryDirectory()
        self.addCleanup(self.holder.cleanup)
        self.folder = pathlib.Path(self.holder.name)

    def verdict(self, code, subject="builtin", exits=EXITS, lost=False):
        result = self.recipe(self.folder, subject, exits, lost)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        return result

    def test_what_conforms_conforms(self):
        self.assertIn("of 2364 coverage cells reached", self.verdict(0).stdout)

    def test_what_diverges_is_a_violation_with_its_files(self):
        self.assertIn("vtlcheck replay --subject 'cmd:", self.verdict(1, WRONG, "2000").stdout)
        (junit,) = self.folder.rglob("vtlcheck.xml")
        self.assertIn('type="violation"', junit.read_text())
        for sarif in self.folder.rglob("vtlcheck.sarif"):
            self.assertEqual(json.loads(sarif.read_text())["runs"][0]["results"][0]["level"], "error")

    def test_a_lost_shard_is_no_verdict(self):
        result = self.verdict(2, exits="2000", lost=True)
        self.assertRegex(result.stderr, r"is missing|is no JSON")


Recipe.recipe = staticmethod({"github": github, "parallel": parallel, "slurm": slurm, "kubernetes": kubernetes}[sys.argv[3]])
unittest.main(argv=sys.argv[:1], verbosity=2)
