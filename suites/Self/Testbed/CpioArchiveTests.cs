using System.Globalization;
using System.Text;
using Conformance.Testbed;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>The archive that a kernel unpacks, read back by its format's text. What it cannot see: a kernel's opinion; each boot is that.</summary>
[TestFixture]
public sealed class CpioArchiveTests
{
    private sealed record Entry(string Name, uint Mode, byte[] Content);

    [Test]
    public void WhatIsPutInComesOutWithItsFoldersBeforeIt()
    {
        var entries = Read(archive =>
        {
            archive.AddText("a/b/script", "#!/bin/sh\n", executable: true);
            archive.AddText("a/b/text", "12345");
            archive.AddLink("a/link", "b/text");
            archive.AddFolder("empty");
        });
        Assert.That(entries.Select(it => it.Name), Is.EqualTo(new[] { "a", "a/b", "a/b/script", "a/b/text", "a/link", "empty", "TRAILER!!!" }));
        Assert.That(entries.Select(it => Convert.ToString(it.Mode, 8)), Is.EqualTo(new[] { "40755", "40755", "100755", "100644", "120755", "40755", "0" }));
        Assert.That(Encoding.UTF8.GetString(entries[3].Content), Is.EqualTo("12345"));
        Assert.That(Encoding.UTF8.GetString(entries[4].Content), Is.EqualTo("b/text"));
    }

    [Test]
    public void AFileOfAnyLengthIsFollowedByThePlaceOfTheNext([Range(0, 9)] int length)
    {
        var entries = Read(archive =>
        {
            archive.AddFile("x", Enumerable.Range(0, length).Select(it => (byte)it).ToArray());
            archive.AddText("y", "after");
        });
        Assert.That(entries[0].Content, Has.Length.EqualTo(length));
        Assert.That(Encoding.UTF8.GetString(entries[1].Content), Is.EqualTo("after"));
    }

    private static List<Entry> Read(Action<CpioArchive> fill)
    {
        using var stream = new MemoryStream();
        using (var archive = new CpioArchive(stream)) fill(archive);
        var (bytes, at, entries) = (stream.ToArray(), 0, new List<Entry>());
        while (at < bytes.Length)
        {
            Assert.That(Encoding.ASCII.GetString(bytes, at, 6), Is.EqualTo("070701"), $"the magic at {at}");
            uint Field(int number) => uint.Parse(Encoding.ASCII.GetString(bytes, at + 6 + (number * 8), 8), NumberStyles.HexNumber);
            var (mode, length, name) = (Field(1), (int)Field(6), (int)Field(11));
            var text = Encoding.UTF8.GetString(bytes, at + 110, name - 1);
            var content = Even(at + 110 + name);
            entries.Add(new Entry(text, mode, bytes[content..(content + length)]));
            at = Even(content + length);
        }

        return entries;

        static int Even(int at) => (at + 3) & ~3;
    }
}
