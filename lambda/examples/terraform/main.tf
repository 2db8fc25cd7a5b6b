# A function that pushes its metrics to the extension, which forwards them. Build the layers first:
#   npm run lambda:layers
#   terraform -chdir=lambda/examples/terraform init && terraform -chdir=lambda/examples/terraform apply
terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
    archive = {
      source  = "hashicorp/archive"
      version = ">= 2.4"
    }
  }
}

variable "remote_write_url" {
  description = "Where metrics go, such as https://metrics.example.com/api/v1/write"
  type        = string
}

variable "remote_write_token" {
  description = "The bearer token of the backend"
  type        = string
  sensitive   = true
}

locals {
  layer = "${path.module}/../../out/sluice-lambda-arm64.zip"
}

# Brings its own Node: for every runtime on Amazon Linux 2023.
resource "aws_lambda_layer_version" "sluice" {
  layer_name               = "sluice-lambda-arm64"
  filename                 = local.layer
  source_code_hash         = filebase64sha256(local.layer)
  compatible_architectures = ["arm64"]
  license_info             = "Apache-2.0"
  skip_destroy             = true
}

data "archive_file" "orders" {
  type        = "zip"
  source_dir  = "${path.module}/../functions/python"
  output_path = "${path.module}/orders.zip"
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "orders" {
  name_prefix        = "orders-"
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_iam_role_policy_attachment" "logs" {
  role       = aws_iam_role.orders.name
  policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
}

resource "aws_lambda_function" "orders" {
  function_name    = "orders"
  role             = aws_iam_role.orders.arn
  filename         = data.archive_file.orders.output_path
  source_code_hash = data.archive_file.orders.output_base64sha256
  handler          = "index.handler"
  runtime          = "python3.13"
  architectures    = ["arm64"]
  memory_size      = 256
  timeout          = 30
  layers           = [aws_lambda_layer_version.sluice.arn]

  environment {
    variables = {
      REMOTE_WRITE_URL   = var.remote_write_url
      REMOTE_WRITE_TOKEN = var.remote_write_token
    }
  }
}
