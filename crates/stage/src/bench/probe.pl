#!/usr/bin/perl
# Times a terminal from its far end: asks where the cursor is (ECMA-48 DSR 6) and waits for the answer, which
# comes only when everything before the question has been taken in. Usage: probe.pl log|flood|stream|echo
use strict;
use warnings;
use Time::HiRes qw(time sleep);
use File::Basename qw(dirname);

my ($mode) = @ARGV;
my $here = dirname($0);
$| = 1;
system("stty raw -echo isig 2>/dev/null");
END { system("stty sane 2>/dev/null") }

sub answered {
    syswrite(STDOUT, "\e[6n");
    my $answer = "";
    while ($answer !~ /\e\[\d+;\d+R/) {
        sysread(STDIN, my $more, 64) or die "the terminal is gone";
        $answer .= $more;
    }
}

sub report {
    open(my $file, ">", "$here/result-$mode.new") or die $!;
    print $file join("\n", @_), "\n";
    close($file);
    rename("$here/result-$mode.new", "$here/result-$mode");
}

sub write_all {
    my ($text) = @_;
    my $at = 0;
    while ($at < length($text)) {
        my $n = syswrite(STDOUT, $text, 65536, $at);
        $at += $n if defined $n;
    }
}

sub lines {
    my ($bytes) = @_;
    my ($text, $n) = ("", 0);
    while (length($text) < $bytes) {
        $n++;
        $text .= sprintf("2026-01-02T03:04:%02d host app[%d]: \e[32mINFO\e[0m request %d handled in %d ms path=/srv/orders/%d\r\n",
            $n % 60, 1000 + $n % 9, $n, $n % 250, $n);
    }
    return $text;
}

if ($mode eq "log") {
    my $text = lines(1024 * 1024);
    answered();
    my $start = time;
    write_all($text) for 1 .. 24;
    answered();
    report((time - $start) * 1000);
} elsif ($mode eq "flood") {
    my $stop = 0;
    $SIG{INT} = sub { $stop = time };
    answered();
    my $text = "y\r\n" x 2000;
    my $sent = 0;
    until ($stop) {
        my $n = syswrite(STDOUT, $text);
        $sent += $n if defined $n;
        if ($sent > 4_000_000) { open(my $f, ">", "$here/flooding"); print $f $$; close($f); $sent = -1e15 }
    }
    answered();
    report((time - $stop) * 1000);
} elsif ($mode eq "stream") {
    my $text = lines(4096);
    until (-e "$here/stop") { write_all($text); sleep(0.05) }
} elsif ($mode eq "echo") {
    answered();
    my @ms;
    for (1 .. 200) {
        sleep(0.01);
        my $start = time;
        answered();
        push @ms, (time - $start) * 1000;
    }
    report(@ms);
}
