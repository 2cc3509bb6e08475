using System.Reflection;
using Conformance.Migration;
using NUnit.Framework.Interfaces;

namespace Conformance.Suite;

/// <summary>One case as it is listed; nothing has run.</summary>
/// <param name="Id">Area and name, arguments included: <c>suspend/Nothing_is_fetched(3)</c>. Globs and waivers name it by this.</param>
/// <param name="Area">Of the catalogue.</param>
/// <param name="Covers">Identifiers of the requirements that it looks at.</param>
/// <param name="Method">Where its story is told.</param>
/// <param name="Test">NUnit's view of it, in the assembly as loaded.</param>
public sealed record CaseInfo(string Id, string Area, IReadOnlyList<string> Covers, MethodInfo Method, ITest Test)
{
    /// <summary>The case that a test is.</summary>
    public static CaseInfo Of(ITest test)
    {
        var type = test.TypeInfo!.Type;
        var area = type.GetCustomAttribute<AreaAttribute>()?.Name
            ?? throw new InvalidOperationException($"{type.Name} has cases and no area.");
        var method = test.Method!.MethodInfo;
        return new CaseInfo($"{area}/{test.Name}", area, method.GetCustomAttribute<CoversAttribute>()!.Requirements, method, test);
    }

    /// <summary>As profiles know it.</summary>
    public CaseName Name => new(Id, Area, Method.DeclaringType!.Name);

    public override string ToString() => Id;
}
