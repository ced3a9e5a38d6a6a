"""Validates JSON files against a JSON schema of draft 4: validate_json.py SCHEMA FILE... Prints what is wrong, exits 1."""

import json
import sys

import jsonschema


def main():
    with open(sys.argv[1], encoding="utf-8") as stream:
        schema = json.load(stream)
    jsonschema.Draft4Validator.check_schema(schema)
    validator = jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())
    wrong = 0
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8") as stream:
            document = json.load(stream)
        for error in validator.iter_errors(document):
            place = "/".join(str(part) for part in error.absolute_path)
            print(f"{path}: {place}: {error.message[:300]}")
            wrong += 1
    return 1 if wrong else 0


sys.exit(main())
