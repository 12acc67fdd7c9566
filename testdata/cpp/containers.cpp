// Fills and empties containers, whose cost bench/heap.go compares. Prints a line "containers nanoseconds checksum".
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

struct Node {
	std::string name;
	std::vector<std::shared_ptr<Node>> children;
};

static std::shared_ptr<Node> tree(int depth, unsigned &seed)
{
	auto node = std::make_shared<Node>();
	seed = seed * 1664525u + 1013904223u;
	node->name = "the name of a node, number " + std::to_string(seed % 1000);
	for (int i = 0; depth > 0 && i < 4; i++)
		node->children.push_back(tree(depth - 1, seed));
	return node;
}

static size_t count(const Node &node, std::unordered_map<std::string, size_t> &names)
{
	size_t n = ++names[node.name];
	for (const auto &child : node.children)
		n += count(*child, names);
	return n;
}

int main()
{
	const auto began = std::chrono::steady_clock::now();
	unsigned seed = 1;
	size_t sum = 0;
	for (int round = 0; round < 20; round++) {
		std::unordered_map<std::string, size_t> names;
		sum += count(*tree(6, seed), names);
		std::map<std::string, std::vector<size_t>> sorted;
		for (const auto &[name, n] : names)
			for (size_t i = 0; i < n; i++)
				sorted[name].push_back(i);
		for (const auto &[name, list] : sorted)
			sum += name.size() * list.size();
	}
	const auto took = std::chrono::steady_clock::now() - began;
	const long long ns = std::chrono::duration_cast<std::chrono::nanoseconds>(took).count();
	std::printf("containers %lld %zu\n", ns, sum);
}
