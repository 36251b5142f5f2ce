using System.Reflection;
using System.Text;
using Rivet.Kernel;

namespace Rivet.Architecture.Tests;

/// <summary>
/// Every kind of security event is a constant of its module, and docs/protocol/security-events.md lists them all; with
/// <c>RIVET_UPDATE_SNAPSHOTS=1</c> the page is written anew.
/// </summary>
public sealed class SecurityEventTests
{
    private static readonly string Page = Path.Combine(Repository.Root, "docs", "protocol", "security-events.md");

    [Fact]
    public async Task Kinds_OfAllModules_AreThoseOfThePage()
    {
        var page = Write(Kinds());
        if (Environment.GetEnvironmentVariable("RIVET_UPDATE_SNAPSHOTS") == "1")
        {
            await File.WriteAllTextAsync(Page, page, TestContext.Current.CancellationToken);
        }

        Assert.Equal(page, await File.ReadAllTextAsync(Page, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Kinds_OfAllModules_HaveNamesOfTheirOwnWithinBounds()
    {
        var kinds = Kinds();
        Assert.Equal(kinds.Count, kinds.DistinctBy(kind => kind.Name).Count());
        Assert.All(kinds, kind =>
        {
            Assert.Matches("^[a-z0-9.-]{1,64}$", kind.Name);
            Assert.True(kind.Type is not OcsfType.Other || kind.Name == "audit.export.test", kind.Name); // a test line is no event of a class
            Assert.Equal(kind.Details.Count, kind.Details.Distinct().Count());
        });
    }

    private static List<EventKind> Kinds()
        => [.. Repository.Projects.Values.Where(project => project.Kind is "modules" or "platform" || project.Name == "Rivet.Server")
            .SelectMany(project => Assembly.Load(project.Name).GetTypes())
            .Where(type => !type.ContainsGenericParameters)
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(field => field.FieldType == typeof(EventKind))
            .Select(field => (EventKind)field.GetValue(null)!)
            .OrderBy(kind => kind.Name, StringComparer.Ordinal)];

    private static string Write(List<EventKind> kinds)
    {
        var page = new StringBuilder(
            """
            # Kinds of security events

            Written from the modules' own constants by a test; OCSF is the Open Cybersecurity Schema Framework (schema.ocsf.io, 1.4). Every event also has an identifier, a time, who did it, to
            what, whom it concerns and its outcome. A detail that is not listed is never recorded. `rivet events` and exports give them in OCSF's JSON.

            | kind | version | OCSF class, activity | severity | details |
            |---|---|---|---|---|

            """);
        foreach (var kind in kinds)
        {
            var type = (int)kind.Type;
            page.Append($"| `{kind.Name}` | {kind.Version} | {type / 100}, {type % 100} ({kind.Type}) | {kind.Severity} | {string.Join(", ", kind.Details.Select(detail => $"`{detail}`"))} |\n");
        }

        return page.ToString();
    }
}
