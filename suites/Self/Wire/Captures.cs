using NUnit.Framework;

namespace Conformance.Self;

/// <summary>Bytes captured from a device that nobody here wrote; Data/tp4159/README.md says how.</summary>
internal static class Captures
{
    public static byte[] Read(string name) =>
        File.ReadAllBytes(Path.Combine(TestContext.CurrentContext.TestDirectory, "Data", "tp4159", name + ".bin"));
}
