// Counts the words of standard input and prints them in order, "count word" a line.
#include <cctype>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

static std::vector<std::string> split(const std::string &line) {
	std::vector<std::string> words;
	std::string word;
	for (unsigned char c : line + "\n") {
		if (std::isalpha(c)) {
			word += static_cast<char>(std::tolower(c));
		} else if (!word.empty()) {
			words.push_back(word);
			word.clear();
		}
	}
	return words;
}

int main() {
	std::map<std::string, long> counts;
	std::string line;
	for (int c; (c = std::getchar()) != EOF;) {
		if (c != '\n') {
			line += static_cast<char>(c);
			continue;
		}
		for (const auto &word : split(line))
			counts[word]++;
		line.clear();
	}
	for (const auto &word : split(line))
		counts[word]++;
	for (const auto &[word, count] : counts)
		std::printf("%6ld %s\n", count, word.c_str());
}
