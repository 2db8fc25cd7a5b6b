// The four metrics that every client pushes.
#pragma once

#include <prometheus/registry.h>

#include <memory>

std::shared_ptr<prometheus::Registry> ContractMetrics();
