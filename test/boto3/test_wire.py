import datetime
import re
import unittest

from botocore.exceptions import ClientError
from worlds import CODEC, client, post

CLIENT = client(CODEC)
MODEL = CLIENT.meta.service_model
# None of botocore's own checks may stand between a sample and the wire.
CLIENT.meta.config.parameter_validation = False


def sample(shape, count):
    """A value for every member, each different from the others."""
    count[0] += 1
    if shape.type_name == "structure":
        return {name: sample(member, count) for name, member in shape.members.items()}
    if shape.type_name == "list":
        return [sample(shape.member, count), sample(shape.member, count)]
    if shape.type_name == "boolean":
        return count[0] % 2 == 0
    if shape.type_name == "timestamp":
        return datetime.datetime.fromtimestamp(1_700_000_000 + count[0], datetime.timezone.utc)
    if shape.type_name in ("double", "float"):
        return count[0] + 0.5
    return count[0] if shape.type_name in ("integer", "long") else f"text <&>\"' {count[0]}"


def plain(value):
    """As JSON has it."""
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, datetime.datetime):
        return {"$date": value.strftime("%Y-%m-%dT%H:%M:%S.000Z")}
    return value


class Wire(unittest.TestCase):
    """the wire, as botocore reads and writes it"""

    maxDiff = 2000

    def both_ways(self, name):
        operation = MODEL.operation_model(name)
        method = getattr(CLIENT, re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower())
        asked = sample(operation.input_shape, [0])
        answer = {} if operation.output_shape is None else sample(operation.output_shape, [0])
        post(CODEC, "/_answer", {"result": plain(answer)})
        got = method(**asked)
        got.pop("ResponseMetadata")
        self.assertEqual(plain(got), plain(answer))
        self.assertEqual(post(CODEC, "/_asked", {}), {"action": name, "input": plain(asked)})
        for error in operation.error_shapes:
            code = error.metadata["error"]["code"]
            status = error.metadata["error"]["httpStatusCode"]
            post(CODEC, "/_answer", {"refusal": {"code": code, "message": f"{error.name} & <more>"}})
            with self.subTest(error.name), self.assertRaises(ClientError) as caught:
                method(**asked)
            self.assertIsInstance(caught.exception, getattr(CLIENT.exceptions, error.name))
            reply = caught.exception.response
            self.assertEqual(reply["Error"]["Code"], code)
            self.assertEqual(reply["Error"]["Message"], f"{error.name} & <more>")
            self.assertEqual(reply["ResponseMetadata"]["HTTPStatusCode"], status)


def add(name):
    setattr(Wire, f"test_{name}_goes_both_ways_and_so_do_its_errors", lambda self: self.both_ways(name))


for each in MODEL.operation_names:
    add(each)
