using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web.Virtualization;
using Microsoft.Extensions.Logging;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.Wire;

namespace Rivet.Identity.Pages;

/// <summary>Who is in the company, with which devices; follows what happens while it is open.</summary>
public sealed partial class PeopleConsole
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(2);

    /// <summary>Names and roles of people already shown change seldom: they are read again every so many beats.</summary>
    private const int BeatsAfresh = 15;

    private Roster? roster;
    private Virtualize<RosterRow>? list;
    private IReadOnlyList<PersonEntry> shown = [];
    private RosterRow? chosen;
    private RosterProblem? problem;
    private string? problemId;
    private PersonId self;
    private string? company;
    private string words = string.Empty;
    private bool ready;
    private bool mayInvite;
    private bool mayInviteDevice;
    private bool inviting;
    private PersonEntry? invited;
    private bool confirming;
    private DeviceEntry? leaving;
    private string? said;
    private bool saidBadly;

    /// <summary>The person whose side panel is open.</summary>
    [Parameter]
    public string? Chosen { get; set; }

    /// <summary><c>?invite</c> opens the invitation at once.</summary>
    [SupplyParameterFromQuery]
    public string? Invite { get; set; }

    [Inject]
    private PageVisitor Visitor { get; set; } = null!;

    [Inject]
    private IPeopleList People { get; set; } = null!;

    [Inject]
    private IDevices Devices { get; set; } = null!;

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    [Inject]
    private ILogger<PeopleConsole> Logger { get; set; } = null!;

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        if (!RendererInfo.IsInteractive)
        {
            return;
        }

        roster = new Roster(Visitor, People, Devices);
        self = (await Visitor.ReadSubjectAsync()).Person;
        company = (await Visitor.ReadCardAsync(Leaving))?.Company;
        mayInvite = await Visitor.MayAsync(IdentityPermissions.InvitationCreate.Name, Leaving);
        inviting = mayInvite && Invite is not null;
        await ReadAfreshAsync();
        Follow(FollowAsync);
    }

    /// <inheritdoc/>
    protected override Task OnParametersSetAsync() => ready ? ChooseAsync() : Task.CompletedTask;

    private async Task ReadAfreshAsync()
    {
        await ReadAsync(afresh: true);
        ready = problem is null;
        await ChooseAsync();
        if (list is not null)
        {
            await list.RefreshDataAsync();
        }

        StateHasChanged();
    }

    private async Task FollowAsync()
    {
        using var timer = new PeriodicTimer(Beat, Time);
        for (var beat = 1; await timer.WaitForNextTickAsync(Leaving); beat++)
        {
            await ReadAsync(afresh: beat % BeatsAfresh == 0);
            await ChooseAsync();
            if (list is not null)
            {
                await list.RefreshDataAsync();
            }

            StateHasChanged();
        }
    }

    private async Task ReadAsync(bool afresh)
    {
        try
        {
            problem = await roster!.ReadAsync(afresh, Leaving);
            problemId = null;
        }
        catch (StoreUnavailableException failure)
        {
            problem = RosterProblem.Unavailable;
            problemId = Guid.CreateVersion7(Time.GetUtcNow()).ToString("N")[^8..];
            Log.PageFailed(Logger, problemId, failure);
        }

        shown = roster!.Find(words);
    }

    private async Task ChooseAsync()
    {
        if (roster is null || !EntityId.TryParse<PersonId>(Chosen, out var id) || roster.Person(id) is not { } person)
        {
            chosen = null;
            return;
        }

        var subject = await Visitor.ReadSubjectAsync();
        var answer = await Visitor.AskAsync(IdentityPermissions.InvitationCreate, Resource.Of(id, subject.Company), Leaving);
        mayInviteDevice = answer.Permit is not null;
        chosen = await roster.DescribeAsync(person, Leaving);
    }

    private async ValueTask<ItemsProviderResult<RosterRow>> ProvideAsync(ItemsProviderRequest request)
    {
        var rows = new List<RosterRow>(request.Count);
        foreach (var person in shown.Skip(request.StartIndex).Take(request.Count))
        {
            rows.Add(await roster!.DescribeAsync(person, request.CancellationToken));
        }

        return new ItemsProviderResult<RosterRow>(rows, shown.Count);
    }

    private async Task FindAsync(ChangeEventArgs change)
    {
        words = change.Value?.ToString() ?? string.Empty;
        shown = roster!.Find(words);
        if (list is not null)
        {
            await list.RefreshDataAsync();
        }
    }

    private void OpenInvite(PersonEntry? person)
    {
        said = null;
        invited = person;
        inviting = true;
    }

    private void AskSignOut(DeviceEntry device)
    {
        said = null;
        leaving = device;
        confirming = true;
    }

    private async Task SignOutAsync()
    {
        var subject = await Visitor.ReadSubjectAsync();
        var decision = await Visitor.AskAsync(IdentityPermissions.DeviceSignOut, Resource.Of(leaving!.Id, subject.Company), Leaving);
        if (decision.Permit is not { } permit)
        {
            Say(Texts["MayNotAction"], badly: true);
        }
        else
        {
            // Carried through even when the page is left meanwhile.
            var result = await Devices.SignOutAsync(permit, CancellationToken.None);
            Say(result.IsOk ? Texts["SignedOutSaid", leaving.Name].Value : Texts["ActionFailed"].Value, badly: !result.IsOk);
        }

        await ReadAfreshAsync();
    }

    private void Say(string text, bool badly) => (said, saidBadly) = (text, badly);

    private string RoleOf(PersonEntry person) => Texts[RoleTexts.Of(person.Role)];

    private string? StateOf(PersonEntry person) => person.State switch
    {
        PersonState.Imported => Texts["StateImported"].Value,
        PersonState.Suspended => Texts["StateSuspended"].Value,
        _ => null,
    };
}
