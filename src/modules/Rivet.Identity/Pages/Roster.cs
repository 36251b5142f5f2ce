using System.Globalization;
using Rivet.Kernel;

namespace Rivet.Identity.Pages;

/// <summary>A row of the people page.</summary>
internal sealed record RosterRow(PersonEntry Person, IReadOnlyList<DeviceEntry> Devices)
{
    public IEnumerable<DeviceEntry> Usable => Devices.Where(device => !device.IsSignedOut);

    public bool IsOnline => Devices.Any(device => device.IsOnline && !device.IsSignedOut);

    public DateTimeOffset? SeenAt => Devices.Count == 0 ? null : Devices.Max(device => device.LastSeenAt);
}

/// <summary>
/// The people of the visitor's company, kept for one open page. Names are read once and what was added since is read
/// often; devices are read for the rows that are on the screen.
/// </summary>
internal sealed class Roster(PageVisitor visitor, IPeopleList people, IDevices devices)
{
    private readonly Dictionary<PersonId, PersonEntry> known = [];
    private PersonEntry[] sorted = [];
    private PersonId last;

    public int Count => known.Count;

    /// <summary>Who the company holds by this part of a name, in the order of the reader's language.</summary>
    public IReadOnlyList<PersonEntry> Find(string words)
    {
        var wanted = words.Trim();
        var compare = CultureInfo.CurrentUICulture.CompareInfo;
        return wanted.Length == 0
            ? sorted
            : [.. sorted.Where(person => Has(person.Name) || Has(person.Handle))];

        bool Has(string text) => compare.IndexOf(text, wanted, CompareOptions.IgnoreCase | CompareOptions.IgnoreNonSpace) >= 0;
    }

    public PersonEntry? Person(PersonId person) => known.GetValueOrDefault(person);

    /// <summary>Reads whom it does not know yet, or, with <paramref name="afresh"/>, everyone.</summary>
    /// <returns>Null when it worked, else why not.</returns>
    public async Task<RosterProblem?> ReadAsync(bool afresh, CancellationToken ct)
    {
        if (afresh)
        {
            last = default;
        }

        for (var more = true; more;)
        {
            if ((await visitor.AskAsync(IdentityPermissions.PeopleRead, resource: null, ct)).Permit is not { } permit)
            {
                return RosterProblem.MayNot;
            }

            if (!(await people.ListAsync(permit, last, 0, ct)).TryGet(out var page, out var why))
            {
                return why is IdentityRefusal.KeyWithheld ? RosterProblem.Withheld : RosterProblem.Unavailable;
            }

            foreach (var person in page.People)
            {
                known[person.Id] = person;
                last = person.Id;
            }

            more = page.More;
            if (page.People.Count > 0 && !more)
            {
                sorted = [.. known.Values.OrderBy(person => person.Name, StringComparer.Create(CultureInfo.CurrentUICulture, ignoreCase: true))];
            }
        }

        return null;
    }

    /// <summary>The person with devices; without them where the visitor may not see them.</summary>
    public async ValueTask<RosterRow> DescribeAsync(PersonEntry person, CancellationToken ct)
    {
        var subject = await visitor.ReadSubjectAsync();
        var permit = (await visitor.AskAsync(IdentityPermissions.DeviceRead, Resource.Of(person.Id, subject.Company), ct)).Permit;
        return permit is not null && (await devices.ListAsync(permit, ct)).TryGet(out var list, out _)
            ? new RosterRow(person, list)
            : new RosterRow(person, []);
    }
}

internal enum RosterProblem
{
    MayNot,
    Unavailable,
    Withheld,
}
