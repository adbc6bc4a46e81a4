# What people write: modules in modules, instances by number and by name, values that only AWS knows.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 5.0" }
  }
}

provider "aws" {
  region = var.region
  default_tags {
    tags = { team = "platform" }
  }
}

variable "region" {
  type    = string
  default = "us-east-1"
}

variable "token" {
  type      = string
  default   = "correct-horse"
  sensitive = true
}

variable "private" {
  type = map(object({ cidr = string, zone = string }))
  default = {
    a = { cidr = "10.40.16.0/20", zone = "us-east-1b" }
    b = { cidr = "10.40.32.0/20", zone = "us-east-1c" }
  }
}

data "aws_caller_identity" "current" {}

module "network" {
  source  = "./network"
  name    = "prod-${var.region}"
  cidr    = "10.40.0.0/16"
  private = var.private
}

module "spare" {
  source  = "./network"
  count   = 2
  name    = "spare-${count.index}"
  cidr    = "10.${50 + count.index}.0.0/16"
  private = {}
}

resource "aws_security_group" "nodes" {
  name_prefix = "nodes-"
  description = "Nodes"
  vpc_id      = module.network.vpc_id
  tags        = { Token = var.token, Account = data.aws_caller_identity.current.account_id }
}

resource "aws_vpc_security_group_ingress_rule" "self" {
  security_group_id            = aws_security_group.nodes.id
  referenced_security_group_id = aws_security_group.nodes.id
  ip_protocol                  = "-1"
}

resource "aws_vpc_security_group_ingress_rule" "nat" {
  count             = 2
  security_group_id = aws_security_group.nodes.id
  cidr_ipv4         = "${module.network.nat_addresses[count.index]}/32"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_endpoint" "ecr" {
  vpc_id             = module.network.vpc_id
  service_name       = "com.amazonaws.${var.region}.ecr.api"
  vpc_endpoint_type  = "Interface"
  subnet_ids         = module.network.private_subnets
  security_group_ids = [aws_security_group.nodes.id]
}

resource "aws_iam_role" "flow" {
  name               = "flow"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "vpc-flow-logs.amazonaws.com" } }] })
}

resource "aws_cloudwatch_log_group" "flow" {
  name_prefix = "/vpc/flow"
}

resource "aws_flow_log" "main" {
  vpc_id          = module.network.vpc_id
  traffic_type    = "ALL"
  iam_role_arn    = aws_iam_role.flow.arn
  log_destination = aws_cloudwatch_log_group.flow.arn
}

output "vpc" {
  value       = module.network.vpc_id
  description = "The VPC"
}

output "token" {
  value     = var.token
  sensitive = true
}

output "spare" {
  value = module.spare[*].vpc_id
}
