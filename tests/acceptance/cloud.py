"""Clients of the emulated cloud. Making one takes longer than most calls, so they are kept."""

from functools import lru_cache

import boto3


@lru_cache(maxsize=None)
def _client(url, service, region, key, secret, token):
    return boto3.client(
        service, region_name=region, endpoint_url=url, aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token,
    )


def client(url, service, region, AccessKeyId="test", SecretAccessKey="test", SessionToken=None, **_):
    return _client(url, service, region, AccessKeyId, SecretAccessKey, SessionToken)
