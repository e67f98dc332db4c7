using Concord.Foundation;

namespace Concord.Training.Schedules;

/// <summary>How the learning rate goes down after the warm-up.</summary>
public enum ScheduleShape
{
    /// <summary>Not at all.</summary>
    Constant,

    /// <summary>In a straight line. The authors' recipe for reward models.</summary>
    Linear,

    /// <summary>Along half a cosine.</summary>
    Cosine,
}

/// <summary>What the learning rates are multiplied by at each step. A pure function of the step.</summary>
public sealed record LearningRateSchedule
{
    /// <summary>The shape after the warm-up.</summary>
    /// <value>Default linear.</value>
    public ScheduleShape Shape { get; init; } = ScheduleShape.Linear;

    /// <summary>The share of all steps in which the rate rises from 0 to full.</summary>
    /// <value>In [0, 1]; default .03.</value>
    [Setting("Share of the steps in which rates rise from 0.", Least = 0, Most = 1)]
    public double WarmUp { get; init; } = .03;

    /// <summary>What is left at the end, as a share of the full rate.</summary>
    /// <value>In [0, 1]; default 0.</value>
    [Setting("What is left at the end, as a share of the full rate.", Least = 0, Most = 1)]
    public double Floor { get; init; }

    /// <summary>The factor of a step.</summary>
    /// <param name="step">From 0.</param>
    /// <param name="steps">All steps of the run.</param>
    /// <returns>In (0, 1] before the last step is done.</returns>
    public double Factor(int step, int steps)
    {
        var warm = (int)Math.Ceiling(WarmUp * steps);
        if (step < warm)
            return (step + 1.0) / warm;
        var progress = (step - warm) / (double)Math.Max(1, steps - warm);
        var height = Shape switch
        {
            ScheduleShape.Constant => 1,
            ScheduleShape.Linear => 1 - progress,
            _ => .5 * (1 + Math.Cos(Math.PI * progress)),
        };
        return Floor + (1 - Floor) * height;
    }

    /// <summary>Refuses settings that have no meaning.</summary>
    /// <exception cref="ConcordException">A value is outside its range.</exception>
    public void Validate()
    {
        SettingRule.Check(this, "schedule.");
    }
}
