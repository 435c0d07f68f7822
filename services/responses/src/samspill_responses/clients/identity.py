"""The public keys that identity signs passports and permits with."""

from samspill.identity.v1 import sessions_pb2 as pb
from samspill.identity.v1 import sessions_pb2_grpc as pb_grpc


class IdentitySigningKeys:
    """Fetched by the kit's JwksSource when an unknown key id turns up."""

    def __init__(self, stub: "pb_grpc.SigningKeyQueryServiceAsyncStub") -> None:
        self._stub = stub

    async def fetch(self) -> str:
        """A JSON Web Key Set."""
        answer = await self._stub.ListSigningKeys(pb.ListSigningKeysRequest())
        return answer.jwks_json
