"""What can be replaced at any time: the function and the API before it."""

from aws_cdk import CfnOutput, Environment, Stack
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.chat_function import ChatFunction
from infra.config import Stage
from infra.data_stack import DataStack
from infra.rest_api import ChatApi


class ApiStack(Stack):
    """Hands out `chat` (the function) and `api`."""

    def __init__(self, scope: Construct, id_: str, *, stage: Stage, data: DataStack, code: lambda_.Code) -> None:
        super().__init__(scope, id_, env=Environment(region=stage.region))
        self.chat = ChatFunction(self, "Chat", stage=stage, data=data, code=code)
        self.api = ChatApi(self, "Rest", stage=stage, handler=self.chat.live, logs_key=data.storage)

        CfnOutput(self, "ApiUrl", value=self.api.api.url_for_path("/").rstrip("/"))
        CfnOutput(self, "FunctionName", value=self.chat.function.function_name)
        CfnOutput(self, "LogGroup", value=self.chat.logs.log_group_name)
