using System.Reflection;
using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>What holds for the fields of every command, found by reflection so that a new command is not forgotten.</summary>
[TestFixture]
public sealed class FieldsTests
{
    // Properties that are meant to cover the bits of others.
    private static readonly string[] Joined = ["NumberOfDwordsZ:GetLogPageFields", "LbaFormat:FormatNvmFields", "Prinfo:LbaFields"];

    private static IEnumerable<Type> Types() =>
        typeof(SubmissionEntry).Assembly.GetExportedTypes().Where(type => type.IsValueType && type.GetField("Entry") is not null);

    private static IEnumerable<PropertyInfo> Properties(Type type) => type.GetProperties().Where(property => property.CanWrite);

    private static object Ones(Type type) =>
        type == typeof(bool) ? true
        : type.IsEnum ? Enum.ToObject(type, byte.MaxValue)
        : type.GetField(nameof(int.MaxValue))!.GetValue(null)!;

    /// <summary>Dwords 10 to 15 with all bits of one field set: the largest of its values that it takes.</summary>
    private static uint[] Mask(Type type, PropertyInfo property)
    {
        var fields = Activator.CreateInstance(type)!;
        var value = Ones(property.PropertyType);
        for (var shift = 0; ; shift++)
        {
            try
            {
                property.SetValue(fields, value);
                break;
            }
            catch (TargetInvocationException refused) when (refused.InnerException is ArgumentOutOfRangeException && shift < 16)
            {
                var halved = Convert.ToUInt64(value) >> 1;
                value = property.PropertyType.IsEnum
                    ? Enum.ToObject(property.PropertyType, halved)
                    : Convert.ChangeType(halved, property.PropertyType);
            }
        }
        Assert.That(property.GetValue(fields), Is.EqualTo(value), $"{type.Name}.{property.Name} reads what was written");
        var entry = (SubmissionEntry)type.GetField("Entry")!.GetValue(fields)!;
        var others = entry with { Cdw10 = 0, Cdw11 = 0, Cdw12 = 0, Cdw13 = 0, Cdw14 = 0, Cdw15 = 0 };
        Assert.That(others, Is.EqualTo(default(SubmissionEntry)), $"{type.Name}.{property.Name} stays in the command's own dwords");
        return [entry.Cdw10, entry.Cdw11, entry.Cdw12, entry.Cdw13, entry.Cdw14, entry.Cdw15];
    }

    [TestCaseSource(nameof(Types))]
    public void FieldsOfACommandReadBackAndDoNotOverlap(Type type)
    {
        var taken = new uint[6];
        foreach (var property in Properties(type))
        {
            var mask = Mask(type, property);
            Assert.That(mask, Has.Some.Not.EqualTo(0u), $"{type.Name}.{property.Name} is somewhere");
            // PRCHK and PRACT are PRINFO bit by bit; the other two are joined from parts.
            if (Joined.Contains($"{property.Name}:{type.Name}"))
            {
                continue;
            }
            for (var dword = 0; dword < taken.Length; dword++)
            {
                Assert.That(taken[dword] & mask[dword], Is.EqualTo(0u), $"{type.Name}.{property.Name}, dword {10 + dword}");
                taken[dword] |= mask[dword];
            }
        }
    }

    [Test]
    public void ReflectionFindsTheCommands() => Assert.That(Types().Count(), Is.GreaterThan(30));
}
