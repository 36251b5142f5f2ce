using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;
using Rivet.Audit.Retention;
using Rivet.Hosting.Pages;
using Rivet.Kernel;
using Rivet.Storage;
using Rivet.UiKit;
using Rivet.Vault;

namespace Rivet.Audit.Pages;

/// <content>What is decided here is decided by <see cref="RetentionDesk"/>; every look and every change asks for itself.</content>
public sealed partial class LogRetentionPart
{
    private static readonly int[] Choices = [3, 6, 12, 18, 24, 36, 60, 84, 120];

    private readonly Dictionary<int, int> wanted = [];
    private RetentionView? view;
    private string? problem;
    private bool busy;
    private bool isSaved;
    private bool asking;
    private string destroyText = string.Empty;
    private string company = string.Empty;

    [Inject]
    private IStringLocalizer<LogText> Texts { get; set; } = null!;

    [Inject]
    private IPageAsker Asker { get; set; } = null!;

    [Inject]
    private IVisitor Visitor { get; set; } = null!;

    [Inject]
    private RetentionDesk Desk { get; set; } = null!;

    private bool IsChanged => view!.Classes.Any(one => wanted[one.Class] != one.Kept.DecidedAt(view.Now));

    /// <summary>When the first of what waits begins to hold; null when nothing waits.</summary>
    private DateTimeOffset? Waits => view!.Classes.Where(one => one.Kept.WaitsAt(view.Now)).Select(one => (DateTimeOffset?)DateTimeOffset.FromUnixTimeMilliseconds(one.Kept.EffectiveMs)).Min();

    /// <inheritdoc />
    protected override Task OnInitializedAsync() => RendererInfo.IsInteractive ? ReadAsync() : Task.CompletedTask;

    private Task<bool> ReadAsync() => WorkAsync(RetentionDesk.Look, permit => Desk.ReadAsync(permit, CancellationToken.None));

    private Task ConfirmClockAsync() => WorkAsync(RetentionDesk.Decide, permit => Desk.ConfirmClockAsync(permit, view!.Now, CancellationToken.None));

    private void Choose(ClassRetention one, int months) => (wanted[one.Class], isSaved) = (months, false);

    /// <summary>What would be destroyed is counted before anybody is asked.</summary>
    private async Task SaveAsync()
    {
        isSaved = false;
        var shorter = view!.Classes.Where(one => wanted[one.Class] != one.Kept.DecidedAt(view.Now) && one.Kept.IsShorter(wanted[one.Class], view.Now)).ToArray();
        if (shorter.Length == 0)
        {
            await ChangeAsync(mayDestroy: false);
            return;
        }

        company = (await Visitor.ReadCardAsync(CancellationToken.None))?.Company ?? string.Empty;
        if (company.Length == 0)
        {
            problem = "RetentionFailed";
            return;
        }

        var goes = shorter.Sum(one => one.CountOver(wanted[one.Class], view.WouldHoldAt));
        var least = string.Join(Texts["RetentionListSeparator"], shorter.Select(Name));
        destroyText = Texts["RetentionDestroyText", least, goes, Moment(view.WouldHoldAt)];
        asking = true;
    }

    private async Task ChangeAsync(bool mayDestroy)
    {
        var changes = view!.Classes.Where(one => wanted[one.Class] != one.Kept.DecidedAt(view.Now)).ToDictionary(one => one.Class, one => wanted[one.Class]);
        if (await WorkAsync(RetentionDesk.Decide, permit => Desk.ChangeAsync(permit, changes, mayDestroy, CancellationToken.None)))
        {
            isSaved = true;
            await Saved.InvokeAsync();
        }
    }

    private async Task<bool> WorkAsync(Permission permission, Func<Permit, ValueTask<Result<RetentionView, AuditRefusal>>> work)
    {
        (busy, problem) = (true, null);
        try
        {
            if ((await Asker.AskAsync(permission, resource: null, CancellationToken.None)).Permit is not { } permit)
            {
                problem = "RetentionMayNot";
                return false;
            }

            if ((await work(permit)).TryGet(out var seen, out var refusal))
            {
                Show(seen);
                return true;
            }

            problem = refusal is AuditRefusal.ClockInDoubt ? "RetentionClockRefuses" : refusal is AuditRefusal.ClockDiffers ? "RetentionClockMoved" : "RetentionFailed";
        }
        catch (LogBehindException)
        {
            problem = "RetentionLogBehind";
        }
        catch (StoreUnavailableException)
        {
            problem = "RetentionFailed";
        }
        finally
        {
            busy = false;
        }

        return false;
    }

    private void Show(RetentionView seen)
    {
        view = seen;
        foreach (var one in seen.Classes)
        {
            wanted[one.Class] = one.Kept.DecidedAt(seen.Now);
        }
    }

    /// <summary>The usual ones that the class allows, and what is decided otherwise.</summary>
    private IEnumerable<int> ChoicesOf(ClassRetention one)
        => Choices.Append(one.Kept.At(view!.Now)).Append(one.Kept.DecidedAt(view.Now)).Where(months => months != 0 && RetentionClasses.Allows(one.Class, months)).Distinct().Order();

    private string Next(ClassRetention one) => one.NextAt(view!.Now) switch
    {
        null => Texts["RetentionNothing"],
        { From: var from, To: var to, Events: var events, At: var at } when from == to => Texts["RetentionNext", Month(from), events, Day(at)],
        { From: var from, To: var to, Events: var events, At: var at } => Texts["RetentionNextMonths", Month(from), Month(to), events, Day(at)],
    };

    private string Name(ClassRetention one) => Texts[$"class.{RetentionClasses.NameOf(one.Class)}"];

    private string Length(int months) => months == 0 ? Texts["RetentionForEver"] : Texts["RetentionMonths", months];

    private string Month(KeyPeriod month) => ClassMonth.BeginOf(month).ToString(Texts["RetentionMonthFormat"], CultureInfo.CurrentUICulture);

    private string Day(DateTimeOffset at) => at.UtcDateTime.ToString(Texts["RetentionDayFormat"], CultureInfo.CurrentUICulture);

    private string Moment(DateTimeOffset at) => at.UtcDateTime.ToString(Texts["RetentionMomentFormat"], CultureInfo.CurrentUICulture);

    private static string IdOf(ClassRetention one) => $"keep-{RetentionClasses.NameOf(one.Class)}";
}
