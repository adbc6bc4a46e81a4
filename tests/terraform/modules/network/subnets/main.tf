variable "vpc_id" { type = string }
variable "name" { type = string }
variable "cidr" { type = string }
variable "zone" { type = string }
variable "nat_id" { type = string }

resource "aws_subnet" "this" {
  vpc_id            = var.vpc_id
  cidr_block        = var.cidr
  availability_zone = var.zone
  tags              = { Name = var.name, "kubernetes.io/role/internal-elb" = "1" }
}

resource "aws_route_table" "this" {
  vpc_id = var.vpc_id

  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = var.nat_id
  }
}

resource "aws_route_table_association" "this" {
  subnet_id      = aws_subnet.this.id
  route_table_id = aws_route_table.this.id
}

output "subnet_id" { value = aws_subnet.this.id }
