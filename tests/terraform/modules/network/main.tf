variable "name" { type = string }
variable "cidr" { type = string }
variable "private" { type = map(object({ cidr = string, zone = string })) }

resource "aws_vpc" "this" {
  cidr_block           = var.cidr
  enable_dns_hostnames = true
  tags                 = { Name = var.name }
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_subnet" "public" {
  count                   = length(var.private)
  vpc_id                  = aws_vpc.this.id
  cidr_block              = cidrsubnet(var.cidr, 8, count.index)
  availability_zone_id    = ["use1-az1", "use1-az2"][count.index]
  map_public_ip_on_launch = true
  tags                    = { Name = "${var.name}-public-${count.index}", "kubernetes.io/role/elb" = "1" }
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id
}

resource "aws_route" "out" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this.id
}

resource "aws_route_table_association" "public" {
  count          = length(aws_subnet.public)
  subnet_id      = aws_subnet.public[count.index].id
  route_table_id = aws_route_table.public.id
}

resource "aws_eip" "nat" {
  count      = length(var.private)
  domain     = "vpc"
  depends_on = [aws_internet_gateway.this]
}

resource "aws_nat_gateway" "this" {
  for_each      = var.private
  allocation_id = aws_eip.nat[index(keys(var.private), each.key)].id
  subnet_id     = aws_subnet.public[0].id
}

module "private" {
  source   = "./subnets"
  for_each = var.private
  vpc_id   = aws_vpc.this.id
  name     = "${var.name}-private-${each.key}"
  cidr     = each.value.cidr
  zone     = each.value.zone
  nat_id   = aws_nat_gateway.this[each.key].id
}

output "vpc_id" { value = aws_vpc.this.id }
output "nat_addresses" { value = aws_eip.nat[*].public_ip }
output "private_subnets" { value = [for key in sort(keys(var.private)) : module.private[key].subnet_id] }
