using System.Globalization;
using Microsoft.AspNetCore.Components;
using MudBlazor;
using Rivet.Transit.Applications;

namespace Rivet.Transit.Pages;

/// <content>Everything that is wrong is said at once, each beside its field; the desk judges again.</content>
public sealed partial class AddApplicationDialog
{
    private const string UsualDays = "365";

    private List<GrantDraft> grants = [];
    private ElementReference heading;
    private ElementReference nameInput;
    private ElementReference daysInput;
    private ElementReference? focus;
    private string name = string.Empty;
    private string days = UsualDays;
    private string? token;
    private TransitRefusal? problem;
    private TransitRefusal? nameProblem;
    private bool isGranted;
    private bool isDaysWrong;
    private bool busy;
    private bool wasOpen;

    /// <summary>Whether it is shown.</summary>
    [Parameter]
    public bool Open { get; set; }

    /// <summary>Raised when an application was added; the dialog stays and shows its token.</summary>
    [Parameter]
    public EventCallback Added { get; set; }

    /// <summary>Raised when it wants to go.</summary>
    [Parameter]
    public EventCallback Closed { get; set; }

    [Inject]
    private TransitAsker Asker { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private static DialogOptions Look { get; } = new() { MaxWidth = MaxWidth.Small, FullWidth = true, CloseOnEscapeKey = true, BackdropClick = false };

    private string Address => Navigation.BaseUri.TrimEnd('/');

    /// <summary>What every token may ask, whatever is granted.</summary>
    private string Attempt => $"curl -H \"X-Vault-Token: $VAULT_TOKEN\" {Address}/v1/auth/token/lookup-self";

    /// <inheritdoc />
    protected override void OnParametersSet()
    {
        if (Open != wasOpen)
        {
            // Not kept while the dialog is closed.
            (token, problem, nameProblem, isDaysWrong) = (null, null, null, false);
            (name, days, isGranted, grants) = (string.Empty, UsualDays, false, [new()]);
        }

        wasOpen = Open;
    }

    /// <inheritdoc />
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (focus is { } element)
        {
            focus = null;
            await element.FocusAsync();
        }
    }

    private static string? Invalid(bool isWrong) => isWrong ? "true" : null;

    private async Task AddAsync()
    {
        if (busy || !IsRight(out var number))
        {
            return;
        }

        busy = true;
        StateHasChanged();
        var answer = await Asker.AddAsync(name, isGranted ? [.. grants.Select(grant => grant.ToGrant())] : [], number);
        busy = false;
        if (!answer.TryGet(out var made, out var why))
        {
            nameProblem = why is TransitRefusal.NameTaken or TransitRefusal.NameInvalid ? why : null;
            problem = nameProblem is null ? why : null;
            focus = nameProblem is null ? null : nameInput;
            return;
        }

        // Whoever closed it meanwhile does not see the token: nobody does.
        if (Open)
        {
            (token, focus) = (made, heading);
        }

        await Added.InvokeAsync();
    }

    private bool IsRight(out int number)
    {
        isDaysWrong = !int.TryParse(days.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out number) || !ApplicationDesk.IsDays(number);
        nameProblem = ApplicationDesk.IsName(name) ? null : TransitRefusal.NameInvalid;
        problem = null;
        grants.ForEach(grant => grant.Judge());
        var wrong = isGranted ? grants.Find(grant => grant.IsWrong) : null;
        focus = nameProblem is not null ? nameInput
            : isDaysWrong ? daysInput
            : wrong?.PatternInput;
        return nameProblem is null && !isDaysWrong && wrong is null;
    }

    private Task CloseAsync()
    {
        token = null;
        return Closed.InvokeAsync();
    }
}
