# SPDX-License-Identifier: MIT
# Runs a formula of Homebrew without Homebrew: homebrew.rb FORMULA PREFIX, in the unpacked source.
# It knows as much of Homebrew's words as our formula has, and does what they do; another word is an error.
require "open3"
require "pathname"

class Formula
  class << self
    attr_reader :test_block

    def desc(*) = nil
    def license(*) = nil
    def head(address, using: nil) = address
    def depends_on(*) = nil
    def test(&block) = @test_block = block
  end

  def prefix = Pathname(ARGV[1])
  def bin = prefix/"bin"
  def head? = true

  # As Homebrew's, on Linux.
  def std_cmake_args
    ["-DCMAKE_INSTALL_PREFIX=#{prefix}", "-DCMAKE_INSTALL_LIBDIR=lib", "-DCMAKE_BUILD_TYPE=Release",
     "-DCMAKE_FIND_FRAMEWORK=LAST", "-DCMAKE_VERBOSE_MAKEFILE=ON", "-Wno-dev", "-DBUILD_TESTING=OFF"]
  end

  def system(*words)
    super(*words) or abort "failed: #{words.join(" ")}"
  end

  def shell_output(command, status = 0)
    output = `#{command}`
    assert_equal status, $?.exitstatus
    output
  end

  def pipe_output(command, input, status)
    output, result = Open3.capture2(command, stdin_data: input)
    assert_equal status, result.exitstatus
    output
  end

  def assert_equal(expected, actual)
    raise "expected #{expected.inspect}, not #{actual.inspect}" unless expected == actual
  end

  def assert_match(expected, actual)
    raise "expected #{expected.inspect} in #{actual.inspect}" unless actual.include?(expected)
  end
end

load ARGV[0]
formula = Bothends.new
formula.install
formula.instance_exec(&Bothends.test_block)
puts "the test of the formula has passed"
