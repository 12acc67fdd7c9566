// Loses blocks of operator new. pkg/engine/heap_test.go knows the blocks and bytes.
#include <cstdio>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <vector>

namespace shapes {

struct Shape {
	virtual ~Shape() = default;
	int corners[6] = {};
};

struct alignas(64) Wide : Shape {
	char data[64] = {};
};

static Shape *volatile sink;

template <typename T> __attribute__((noinline)) void lose(int n)
{
	for (int i = 0; i < n; i++)
		sink = new T;
	sink = nullptr;
}

__attribute__((noinline)) void clean()
{
	std::map<std::string, std::vector<int>> words;
	for (int i = 0; i < 500; i++)
		words["a key of more than eleven characters " + std::to_string(i)].assign(i, i);
	auto one = std::make_unique<Wide>();
	auto many = std::make_unique<Shape[]>(10);
	sink = one.get();
	sink = many.get();
	sink = nullptr;
	delete new (std::nothrow) Shape;
}

} // namespace shapes

int main(int argc, char **)
{
	shapes::clean();
	if (argc > 1)
		return 0;
	shapes::lose<shapes::Shape>(4); // of 28 bytes
	shapes::lose<shapes::Wide>(2);  // of 128 bytes
	puts("done");
}
