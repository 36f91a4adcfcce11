# SPDX-License-Identifier: MIT
# A formula for Homebrew. No release of Both Ends lies anywhere yet, so it has "head" only, and that is the
# clone in which this file lies. Whoever publishes a release puts its url and sha256 here.
#
# Neither Homebrew nor a Mac has run it. What was checked, on Debian: its install and its test, read out of this
# file by tests/package/homebrew.rb, with the arguments that Homebrew gives to cmake.
class Bothends < Formula
  desc "Client and server pairs for learning socket programming"
  license "MIT"
  head "file://#{File.expand_path("../..", __dir__)}", using: :git

  depends_on "cmake" => :build
  depends_on "bats-core"
  depends_on "python@3.13"

  def install
    system "cmake", "-S", ".", "-B", "build", *std_cmake_args
    system "cmake", "--build", "build"
    system "cmake", "--install", "build"
  end

  test do
    # A pair meets, at a port that the system picks and the server prints.
    output, input = IO.pipe
    server = spawn("#{bin}/tcp-upper-server", "-q", "0", out: input)
    port = output.gets[/\d+$/]
    assert_equal "HELLO\n", pipe_output("#{bin}/tcp-upper-client 127.0.0.1 #{port}", "hello\n", 0)
    # The instruments find their libraries, the grader its tests.
    assert_match "connect(", pipe_output("#{bin}/socktrace #{bin}/tcp-upper-client 127.0.0.1 #{port} 2>&1", "hello\n", 0)
    assert_match "tcp-upper-server", shell_output("#{bin}/bothends-grade -l")
  ensure
    Process.kill "TERM", server
  end
end
