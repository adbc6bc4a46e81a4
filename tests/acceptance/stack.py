"""A CloudFormation stack, deployed by the calls that the service would make: an executor apart from moto's own, which
skips the types it does not know and says that all is well."""

import json

from botocore.exceptions import ClientError

from cloud import client
from resources import KINDS, WITHOUT_A_CALL_OF_THEIR_OWN
from template import Template, Wrong, require


def shaped(value, shape, path):
    """A value as the API's model wants it. What the model does not know is an error, never left out."""
    kind = shape.type_name
    if kind == "structure":
        require(isinstance(value, dict), f"{path} is {value!r}, not an object")
        members = {name.lower(): name for name in shape.members}
        unknown = [name for name in value if name.lower() not in members]
        require(not unknown, f"{path}: the API knows no {unknown}, but {sorted(shape.members)}")
        names = {name: members[name.lower()] for name in value}
        return {names[name]: shaped(part, shape.members[names[name]], f"{path}.{name}") for name, part in value.items()}
    if kind == "list":
        require(isinstance(value, list), f"{path} is {value!r}, not a list")
        return [shaped(part, shape.member, f"{path}[{n}]") for n, part in enumerate(value)]
    if kind == "map":
        # Tags: CloudFormation writes a list of them, some services have a map.
        pairs = {part["Key"]: part["Value"] for part in value} if isinstance(value, list) else value
        return {name: shaped(part, shape.value, f"{path}.{name}") for name, part in pairs.items()}
    if kind == "string":
        if isinstance(value, dict):
            return json.dumps(value)
        require(not isinstance(value, list), f"{path} is {value!r}, not a text")
        return str(value)
    if kind == "boolean":
        require(value in (True, False, "true", "false"), f"{path} is {value!r}, not a boolean")
        return value in (True, "true")
    return int(value) if kind in ("integer", "long") else value


def at(path, answer):
    for step in path.split("."):
        answer = answer[int(step) if step.isdigit() else step]
    return answer


class Stack:
    def __init__(self, document, region, url, name="acceptance"):
        self.region, self.url, self.undo = region, url, []
        self.account = self.client("sts").get_caller_identity()["Account"]
        self.template = Template(document, region, self.account, name)

    def client(self, service, region=None, credentials=None):
        return client(self.url, service, region or self.region, **(credentials or {}))

    def call(self, service, operation, parameters):
        client = self.client(service)
        model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
        return getattr(client, operation)(**shaped(parameters, model.input_shape, operation))

    def later(self, service, operation, parameters):
        """What takes away what was just made, when the stack is deleted."""
        self.undo.append((service, operation, parameters))

    def create(self):
        self.template.check_rules()
        for name in self.template.order():
            try:
                self.make(name)
            except (Wrong, ClientError) as error:
                raise Wrong(f"{name} ({self.template.resources[name]['Type']}): {error}") from error
        return self.template.outputs()

    def make(self, name):
        resource = self.template.resources[name]
        properties = self.template.value(resource.get("Properties", {}))
        kind = KINDS.get(resource["Type"])
        if kind:
            id, attributes = self.make_by(kind, properties)
        else:
            function = WITHOUT_A_CALL_OF_THEIR_OWN.get(resource["Type"])
            require(function, "a type that this executor does not know")
            id, attributes = function(self, properties), {}
        self.template.ids[name], self.template.made[name] = id, attributes

    def make_by(self, kind, properties):
        after = [name for name in kind.after if name in properties or name == "*"]
        given = {name: value for name, value in properties.items() if name not in after}
        given = kind.shape(self, given) if kind.shape else given
        given = {kind.renamed.get(name, name): value for name, value in given.items()}
        if kind.tags and "Tags" in given:
            given["TagSpecifications"] = [{"ResourceType": kind.tags, "Tags": given.pop("Tags")}]
        answer = self.call(kind.service, kind.create, given)
        id = kind.made(properties, answer) if kind.made else at(kind.id, answer)
        operation, places = kind.delete
        parameters = {name: properties.get(place[1:]) if place[0] == "?" else at(place, answer | {"id": id}) for name, place in places.items()}
        self.later(kind.service, operation, {name: value for name, value in parameters.items() if value is not None})
        for name in after:
            kind.after[name](self, properties, answer, properties.get(name))
        return id, {
            name: (lambda place=place: place(self, properties, answer) if callable(place) else at(place, answer))
            for name, place in kind.attributes.items()
        }

    def delete(self):
        """Takes everything away, last made first; also what the template retains."""
        while self.undo:
            service, operation, parameters = self.undo.pop()
            client = self.client(service)
            model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[operation])
            members = model.input_shape.members
            listed = {name: [value] if members[name].type_name == "list" and not isinstance(value, list) else value for name, value in parameters.items()}
            getattr(client, operation)(**listed)
